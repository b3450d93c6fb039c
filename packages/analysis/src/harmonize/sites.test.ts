// Which hospitals are harmonised, and that nothing else of the features changes.
import { Random } from '@radweave/stats';
import { expect, test } from 'vitest';
import type { FusedSplit } from '../fusion/fused-split.ts';
import { harmoniseSites, UNKNOWN_HOSPITAL } from './sites.ts';

const random = new Random(3, 'sites');
const DIMS = 4;

/** Patients of hospitals, each with a shift and a scale of its features. */
function split(
  name: FusedSplit['split'],
  hospitals: [name: string, n: number, shift: number, scale: number][],
): FusedSplit {
  const people = hospitals.flatMap(([hospital, n, shift, scale]) =>
    Array.from({ length: n }, (_, i) => ({
      hospital,
      patient_id: `${hospital}${i}`,
      label: i % 2,
      shift,
      scale,
    })),
  );
  const features = () =>
    Float32Array.from({ length: people.length * DIMS }, (_, i) => {
      const { shift = 0, scale = 1 } = people[Math.floor(i / DIMS)] ?? {};
      return shift + scale * random.normal();
    });
  return {
    split: name,
    patients: people,
    labels: Int32Array.from(people, ({ label }) => label),
    owned: people.map(() => ['A', 'P']),
    pooled: { A: { dims: DIMS, data: features() }, P: { dims: DIMS, data: features() } },
  };
}

const train = split('train', [['JM', 40, 0, 1]]);

/** Mean and standard deviation of rows from … to of a modality. */
function spread(
  { pooled }: FusedSplit,
  modality: string,
  from: number,
  to: number,
): [mean: number, sd: number] {
  const values = [...(pooled[modality]?.data.subarray(from * DIMS, to * DIMS) ?? [])];
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)];
}

test('a shifted hospital comes to the reference; labels and the given features stay', () => {
  const external = split('test', [['SY', 30, 5, 3]]);
  const before = structuredClone(external.pooled);
  const { sites, test: after, harmonised } = harmoniseSites(train, external, ['A', 'P']);
  expect(sites).toMatchObject([{ hospital: 'SY', n: 30, harmonised: true, reason: null }]);
  expect(harmonised).toEqual(Array(30).fill(true));
  for (const modality of ['A', 'P']) {
    const [mean, sd] = spread(after, modality, 0, 30);
    expect(Math.abs(mean)).toBeLessThan(0.5);
    expect(Math.abs(sd - 1)).toBeLessThan(0.3);
    // The location is told in standard deviations of the reference.
    expect(sites[0]?.modalities[modality]?.mean_absolute_location).toBeGreaterThan(3);
  }
  expect(external.pooled).toEqual(before);
  expect(after.labels).toEqual(external.labels);
});

test('labels are never looked at', () => {
  const external = split('test', [['SY', 30, 2, 1]]);
  const other = { ...external, labels: external.labels.map((label) => 1 - label) };
  expect(harmoniseSites(train, other, ['A']).test.pooled).toEqual(
    harmoniseSites(train, external, ['A']).test.pooled,
  );
});

test('hospitals of the reference, unknown ones and those of one patient stay as they are, with the reason', () => {
  const external = split('test', [
    ['JM', 5, 1, 1],
    ['', 4, 1, 1],
    ['ZS', 1, 9, 1],
    ['SY', 20, 9, 1],
  ]);
  const { sites, test: after, harmonised } = harmoniseSites(train, external, ['A', 'P']);
  const told = Object.fromEntries(sites.map((site) => [site.hospital, site]));
  expect(told.JM).toMatchObject({ harmonised: false, reason: { code: 'hospital-of-reference' } });
  expect(told[UNKNOWN_HOSPITAL]).toMatchObject({
    harmonised: false,
    reason: { code: 'hospital-unknown' },
  });
  expect(told.ZS).toMatchObject({ harmonised: false, n: 1 });
  expect(told.ZS?.reason?.text).toMatch(/^A: .*; P: /);
  expect(told.SY?.harmonised).toBe(true);
  expect(harmonised).toEqual([...Array(10).fill(false), ...Array(20).fill(true)]);
  for (const modality of ['A', 'P']) {
    const left = (one: FusedSplit) => one.pooled[modality]?.data.subarray(0, 10 * DIMS);
    expect(left(after)).toEqual(left(external));
  }
});

test('too few training patients are no reference: that is told, with what to look at', () => {
  expect(() =>
    harmoniseSites(split('train', [['JM', 1, 0, 1]]), split('test', [['SY', 9, 0, 1]]), ['A']),
  ).toThrow(/no reference for A/);
});
