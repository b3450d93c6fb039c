import { FileHashes, type Fingerprint } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { Findings } from './findings.ts';
import type { RecordedRun } from './recorded.ts';

/** Compares the hashes that the steps of a run recorded with the files as they are now. */
export function verifyManifests(findings: Findings, { steps, locate }: RecordedRun): void {
  if (steps.length === 0) {
    findings.unverified.push(
      'run/*.json: the run has none (it was not made by radweave run): no hashes to compare',
    );
  }
  const hashes = new FileHashes();
  const seen = new Set<string>();
  for (const { name, manifest } of steps) {
    const files = [...manifest.inputs, ...manifest.outputs];
    // A part is compared where its file is read. Folders were told by names, sizes and times in format 1.
    for (const file of files.filter(
      ({ kind }) => kind === 'file' || (kind === 'folder' && manifest.format > 1),
    )) {
      const identity = JSON.stringify([file.path, file.sha256]);
      if (!seen.has(identity)) verifyFile(findings, hashes, locate(file.path), `run/${name}.json`, file);
      seen.add(identity);
    }
  }
}

function verifyFile(
  findings: Findings,
  hashes: FileHashes,
  path: string,
  record: string,
  file: Fingerprint,
): void {
  if (!existsSync(path)) {
    findings.missing.push(`${file.path}: it is no longer there (recorded in ${record})`);
    return;
  }
  const { sha256 } = hashes.fingerprint(path);
  if (sha256 === file.sha256) findings.compared.push(`${file.path}: as recorded in ${record}`);
  else findings.differ(file.path, '', `sha256 in ${record}`, file.sha256, sha256);
}
