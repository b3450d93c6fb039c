// Files of others with the names of ours are kept, and our own are made again.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  auditFiles,
  auditFolder,
  type Config,
  encodeNpy,
  fusionFolder,
  harmonizeFolder,
  readFeatures,
  writeNpy,
} from '@radweave/artifacts';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpFeatures, writeOwnSplits } from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { asked } from './audit.test.data.ts';
import { audit } from './audit.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';

const modalities = ['A', 'P'];

function prepared(): Config {
  const config = cohortConfig(tempDir());
  const cohort = madeUpCohort({ train: 20, val: 10, test: 12 });
  writeOwnSplits(config, modalities, cohort);
  for (const modality of modalities) writeMadeUpFeatures(config, modality, cohort, 4);
  return config;
}

const OTHERS: Readonly<Record<string, string | Uint8Array>> = {
  csv: 'score,who\n0.9,me\n',
  json: '{"accuracy": 0.9}',
  txt: 'Remember the meeting\n',
  npy: encodeNpy({ shape: [3, 1], data: Float32Array.of(1, 2, 3) }),
};

const STAGES = {
  fuse: [(config: Config) => fuse({ config, modalities }, listening()), fusionFolder, 11],
  harmonize: [
    (config: Config) => harmonize({ config, modalities, auditOnly: false, permutations: 1 }, listening()),
    harmonizeFolder,
    7,
  ],
  audit: [(config: Config) => audit(asked(config, { pixels: false }), listening()), auditFolder, 2],
} as const;

test.each(Object.entries(STAGES))('of %s', async (_, [run, folderOf, files]) => {
  const config = prepared();
  await run(config);
  const names = readdirSync(folderOf(config));
  expect(names).toHaveLength(files);
  for (const name of names) {
    const path = join(folderOf(config), name);
    const [own, other] = [readFileSync(path), Buffer.from(OTHERS[name.split('.').at(-1) ?? ''] ?? '')];
    writeFileSync(path, other);
    await expect(run(config), name).rejects.toMatchObject({ code: 'E_OTHER_FILE', exitCode: 2, where: path });
    expect(readFileSync(path).equals(other), name).toBe(true);
    writeFileSync(path, own);
  }
  await run(config);
  for (const name of names) {
    const path = join(folderOf(config), name);
    const own = readFileSync(path);
    rmSync(path);
    await run(config);
    writeFileSync(path, '');
    await run(config);
    expect(readFileSync(path).equals(own), name).toBe(true);
  }
});

test('an array of as many columns that somebody else has made of ours is kept', async () => {
  const config = prepared();
  await STAGES.fuse[0](config);
  const path = join(fusionFolder(config), 'fused_test.npy');
  const { shape, data } = readFeatures(path);
  writeNpy(path, { shape, data: data.map((value) => 2 * value) });
  await expect(STAGES.fuse[0](config)).rejects.toMatchObject({ code: 'E_OTHER_FILE', where: path });
  // Features are never of whole numbers, which are not read.
  const integers = Buffer.from(encodeNpy({ shape, data }));
  integers.write('<i4', integers.indexOf('<f4'), 'latin1');
  writeFileSync(path, integers);
  await expect(STAGES.fuse[0](config)).rejects.toMatchObject({ code: 'E_OTHER_FILE', where: path });
  expect(readFileSync(path).equals(integers)).toBe(true);
});

test('a folder, and a list of similar IDs, that audit did not make are kept', async () => {
  const config = prepared();
  const run = STAGES.audit[0];
  const { alike, text } = auditFiles(auditFolder(config));
  mkdirSync(join(text, 'mine'), { recursive: true });
  await expect(run(config)).rejects.toMatchObject({ code: 'E_NOT_WRITABLE', where: text });
  expect(readdirSync(text)).toEqual(['mine']);
  rmSync(text, { recursive: true });
  writeFileSync(alike, OTHERS.csv ?? '');
  await expect(run(config)).rejects.toMatchObject({ code: 'E_OTHER_FILE', where: alike });
});
