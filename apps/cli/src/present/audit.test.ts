import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/radweave.mjs', import.meta.url));

/** Audits hand-written split files of modality A, without images. */
function auditOf(splits: Record<string, readonly string[]>, ...more: string[]): SpawnSyncReturns<string> {
  const folder = tempDir();
  mkdirSync(join(folder, 'splits'));
  for (const [split, patients] of Object.entries(splits)) {
    const rows = patients.map((patient) => `/data/${patient.slice(0, 2)}/grade0/${patient}/A/s.png,0\n`);
    writeFileSync(join(folder, 'splits', `${split}_A.csv`), `image_path,label\n${rows.join('')}`);
  }
  const args = [BIN, 'audit', '--modalities', 'A', '--splits_dir', 'splits', '--no_pixels', ...more];
  const done = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (done.status === 3) {
    expect(readFileSync(join(folder, 'outputs/feature_extract/audit/audit.txt'), 'utf8')).toContain('JM1');
  }
  return done;
}

test('a leak is printed, written, and exits with 3', () => {
  const { status, stdout, stderr } = auditOf({ train: ['JM1', 'JM2'], val: ['JM3'], test: ['JM1'] });
  expect(status).toBe(3);
  expect(stdout).toMatch(/patients across splits +leak +1/);
  expect(stdout).toContain('There are leaks.');
  expect(stderr).toMatch(/Error: the audit found leaks: .*LEAK_PATIENT_SPLITS, 1 case: JM1/);
});

test('a warning exits with 0, and with 3 under --strict', () => {
  const splits = { train: ['JM1', 'JM2'], val: ['JM3'], test: ['JM1_2'] };
  const plain = auditOf(splits, '--json', '--quiet');
  expect(plain.status).toBe(0);
  expect(JSON.parse(plain.stdout)).toMatchObject({
    verdict: 'warning',
    findings: [{ code: 'WARN_TEST_AT_HOME' }, { code: 'WARN_ID_SUFFIX' }],
  });
  const strict = auditOf(splits, '--json', '--strict');
  expect(strict.status).toBe(3);
  expect(JSON.parse(strict.stdout)).toMatchObject({ verdict: 'warning' });
});

test('a warning names whom it is about apart from what is said of them, and a command that can be typed', () => {
  const { stderr } = auditOf({ train: ['JM1', 'JM2'], val: ['JM3'], test: ['JM1_2'] });
  const told = stderr.replace(/\s+/g, ' ');
  expect(told).toContain('(1 case: JM1, JM1_2: JM1 in train, JM1_2 in test)');
  expect(told).toMatch(
    / and run (npx )?radweave preprocess --table … --modalities A --output_dir splits again\./,
  );
});

test('a distance beyond 15 bits is refused', () => {
  const { status, stderr } = auditOf({ train: ['JM1'] }, '--near_duplicate_distance', '16');
  expect(status).toBe(2);
  expect(stderr).toContain("'16' is not a whole number from 0 to 15");
});
