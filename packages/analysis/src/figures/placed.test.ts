import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { embeddingsPath, readEmbeddings } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { matrixFrom, Random } from '@radweave/stats';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { PatientFeatures } from './patients.ts';
import { placePatients } from './placed.ts';

function patients(seed: number, n = 12): PatientFeatures {
  const random = new Random(seed, 'placed');
  return {
    name: 'fused',
    patients: Array.from({ length: n }, (_, i) => ({
      ...{ patient: `p${i}`, hospital: 'JM', label: i % 2 },
      split: i < n / 2 ? ('train' as const) : ('test' as const),
    })),
    features: matrixFrom(
      Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()]),
    ),
  };
}

test('the same features are placed once, others are placed again', async () => {
  const folder = tempDir();
  const path = embeddingsPath(folder, 'fused');
  const features = patients(1);
  const first = await placePatients(features, 42, folder);
  // A file that is written again is another one, under the old name.
  const { ino } = statSync(path);
  expect(await placePatients(features, 42, folder)).toEqual(first);
  expect(statSync(path).ino).toBe(ino);
  expect(readEmbeddings(path).patients[11]).toBe('p11');

  const [member = features.patients[0]] = features.patients;
  const others: [string, () => ReturnType<typeof placePatients>][] = [
    ['another seed', () => placePatients(features, 43, folder)],
    ['another feature', () => placePatients(patients(2), 42, folder)],
    [
      'another set',
      () => {
        const moved = { ...member, split: 'val' as const };
        return placePatients(
          { ...features, patients: [moved, ...features.patients.slice(1)] as never },
          42,
          folder,
        );
      },
    ],
  ];
  for (const [what, place] of others) {
    const before = readEmbeddings(path).inputs_sha256;
    await place();
    expect(readEmbeddings(path).inputs_sha256, what).not.toBe(before);
  }
});

test('what was kept and is damaged is made again', async () => {
  const folder = tempDir();
  const path = embeddingsPath(folder, 'fused');
  const first = await placePatients(patients(1), 42, folder);
  const whole = readFileSync(path, 'utf8');
  for (const text of ['', whole.slice(0, 300), '{"format":2,"inputs_sha256":"another"}']) {
    writeFileSync(path, text);
    expect(await placePatients(patients(1), 42, folder)).toEqual(first);
    expect(readFileSync(path, 'utf8')).toBe(whole);
  }
});

test('where nothing can be kept, patients are placed all the same', async () => {
  const folder = tempDir();
  const path = embeddingsPath(folder, 'fused');
  // A file in the place of the folder refuses everybody, root included.
  writeFileSync(dirname(path), '');
  const first = await placePatients(patients(1), 42, folder);
  expect(first.pca.points?.rows).toBe(12);
  expect(readFileSync(dirname(path), 'utf8')).toBe('');
});

test('too few patients are not placed, and the reason is kept', async () => {
  const folder = tempDir();
  const few = await placePatients(patients(1, 4), 42, folder);
  expect(few.umap).toEqual({ points: null, reason: remark('few-patients-placed', { n: 4, least: 5 }) });
  expect(await placePatients(patients(1, 4), 42, folder)).toEqual(few);
});
