import { type Fingerprint, fingerprint } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { Findings } from './findings.ts';
import { locate, type RecordedStep } from './recorded.ts';

/** Compares the hashes that the steps of a run recorded with the files as they are now. */
export function verifyManifests(findings: Findings, run: string, steps: readonly RecordedStep[]): void {
  if (steps.length === 0) {
    findings.unverified.push(
      'run/*.json: the run has none (it was not made by radweave run): no hashes to compare',
    );
  }
  const seen = new Set<string>();
  for (const { name, manifest } of steps) {
    for (const file of [...manifest.inputs, ...manifest.outputs]) {
      const identity = JSON.stringify([file.path, file.sha256]);
      if (!seen.has(identity)) verifyFile(findings, run, `run/${name}.json`, file);
      seen.add(identity);
    }
  }
}

function verifyFile(findings: Findings, run: string, record: string, file: Fingerprint): void {
  const path = locate(run, file.path);
  if (!existsSync(path)) {
    findings.unverified.push(`${file.path}: it is no longer there (recorded in ${record})`);
    return;
  }
  const { sha256 } = fingerprint(path);
  const isSame = sha256 === file.sha256;
  if (file.kind === 'file' && !isSame)
    findings.differ(file.path, '', `sha256 in ${record}`, file.sha256, sha256);
  else if (!isSame) {
    findings.unverified.push(
      `${file.path}: names, sizes or times of files are not those of the run. A copy changes times; pixels have no ` +
        'recorded hash',
    );
  }
  if (isSame) findings.compared.push(`${file.path}: as recorded in ${record}`);
}
