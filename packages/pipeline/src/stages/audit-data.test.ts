import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AuditFinding,
  type AuditRecord,
  type Config,
  readAlikeIds,
  SPLITS,
  type Split,
  splitHash,
  splitPath,
  writeCohort,
  writeSplit,
} from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { cohortConfig, listening, SIDE, slicePixels, writeSlice } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { AuditOptions } from '../work/audit.ts';
import { asked, codes, recordOf } from './audit.test.data.ts';
import { audit } from './audit.ts';

/** A slice as a hand-written split file lists it. */
interface Planted {
  patient: string;
  split: Split;
  hospital?: string;
  label?: number;
  grade?: number;
  /** Both by default. */
  modalities?: readonly string[];
  pixels?: Uint8Array;
}

const CLEAN: readonly Planted[] = [
  { patient: 'JM0010', split: 'train', label: 0 },
  { patient: 'JM0011', split: 'train', label: 1 },
  { patient: 'JM0020', split: 'val', label: 0 },
  { patient: 'JM0021', split: 'val', label: 1 },
  { patient: 'SY0030', split: 'test', hospital: 'SY', label: 0 },
  { patient: 'SY0031', split: 'test', hospital: 'SY', label: 1 },
];

/** Split files, images and, by default, `cohort.csv` of such slices. */
function planted(rows: readonly Planted[], cohort: readonly Planted[] | null = null): Config {
  const folder = tempDir();
  const config = cohortConfig(folder);
  for (const modality of ['A', 'P']) {
    for (const split of SPLITS) {
      const own = rows.flatMap((row, i) => {
        const { patient, hospital = 'JM', label = 0, grade = label, pixels, modalities } = row;
        if (row.split !== split || modalities?.includes(modality) === false) return [];
        const place = `${hospital}/grade${grade}/${patient}/${modality}/slice_${i}.png`;
        const image = pixels ?? slicePixels(place, 0);
        return [{ image_path: writeSlice(join(folder, 'raw'), place, image), label }];
      });
      writeSplit(splitPath(config.data.splits_dir, split, modality), own);
    }
  }
  if (cohort !== null) {
    const patients = cohort.map(({ patient, split, hospital = 'JM', label = 0 }) => {
      return { patient, split, hospital, label, slices: { A: 1, P: 1 } };
    });
    writeCohort(join(config.data.splits_dir, 'cohort.csv'), patients, ['A', 'P']);
  }
  return config;
}

/** The record of an audit that finds leaks, after it has failed. */
async function leaking(config: Config, more: Partial<AuditOptions> = {}): Promise<AuditRecord> {
  const failed = audit(asked(config, more), listening());
  await expect(failed).rejects.toMatchObject({ code: 'E_LEAK', exitCode: 3 });
  return recordOf(config);
}

test('a clean cohort passes, and what was not there is said to be not checked', async () => {
  const config = planted(CLEAN, CLEAN);
  const result = await audit(asked(config, { strict: true }), listening());
  expect(result).toMatchObject({ verdict: 'passed', findings: [] });
  const record = recordOf(config);
  expect(record.findings_by_severity).toEqual({ leak: 0, warning: 0, info: 0 });
  expect(record.checks.filter(({ outcome }) => outcome === 'passed')).toHaveLength(7);
  for (const name of [
    'changed slices',
    'checkpoints',
    'fold models',
    'features',
    'fusion',
    'frozen decisions',
  ]) {
    const { outcome, detail } = record.checks.find((check) => check.name === name) ?? {};
    expect(outcome).toBe('not checked');
    // The outcome says it.
    expect(detail?.text).not.toContain('not checked');
    expect(record.not_checked.some(({ check }) => check === name)).toBe(true);
  }
  expect(readFileSync(result.textFile, 'utf8')).toMatch(/^No leak was found\n/);
  expect(existsSync(join(config.experiment.output_dir, 'audit', '.radweave.lock'))).toBe(false);
});

test('of one hospital no patient is looked for in others', async () => {
  const checkOf = async (patients: typeof CLEAN): Promise<unknown> => {
    const config = planted(patients, patients);
    await audit(asked(config), listening());
    return recordOf(config).checks.find(({ name }) => name === 'patients across hospitals');
  };
  expect(await checkOf(CLEAN)).toMatchObject({ outcome: 'passed' });
  expect(await checkOf(CLEAN.filter(({ split }) => split !== 'test'))).toMatchObject({
    outcome: 'not checked',
    detail: { text: 'all patients are of one hospital' },
  });
});

test('a patient in two splits is a leak', async () => {
  const record = await leaking(planted([...CLEAN, { patient: 'JM0010', split: 'val', label: 0 }]));
  expect(codes(record)).toEqual(['LEAK_PATIENT_SPLITS']);
  expect(record.findings[0]).toMatchObject({ severity: 'leak', count: 1, cases: [{ patients: ['JM0010'] }] });
  expect(record.findings[0]?.cases[0]?.detail).toBe('train of A, val of A, train of P, val of P');
});

test('a patient whose hospital is another in cohort.csv is a leak', async () => {
  const elsewhere = CLEAN.map((one) => (one.patient === 'SY0030' ? { ...one, hospital: 'ZS' } : one));
  const record = await leaking(planted(CLEAN, elsewhere));
  expect(codes(record)).toEqual(['LEAK_PATIENT_HOSPITALS']);
  expect(record.findings[0]?.cases).toEqual([
    { patients: ['SY0030'], detail: 'SY (test), ZS (test)', distance: null, correlation: null },
  ]);
});

test('patients of one hospital in training and test are a warning that the test is internal', async () => {
  const config = planted([...CLEAN, { patient: 'JM0900', split: 'test', hospital: 'JM' }]);
  const { findings } = await audit(asked(config), listening());
  expect(findings).toMatchObject([{ code: 'WARN_TEST_AT_HOME', severity: 'warning', count: 1 }]);
  expect(findings[0]?.cases[0]?.detail).toMatch(/^JM: 1 in test, \d+ in training or validation$/);
});

const WRITTEN = [
  ['case', 'jm0010'],
  ['separators', 'JM-0010'],
  ['zero padding', 'JM10'],
  ['width', 'ＪＭ００１０'],
] as const;

test.each(WRITTEN)('IDs of one hospital that differ in %s across splits are a leak', async (_, patient) => {
  const record = await leaking(planted([...CLEAN, { patient, split: 'val' }]));
  expect(codes(record)).toEqual(['LEAK_SAME_ID']);
  expect(record.findings[0]?.cases[0]?.patients).toEqual(['JM0010', patient]);
});

test.each([...WRITTEN, ['nothing', 'JM0010'] as const])(
  'IDs of two hospitals that differ in %s are two patients, and a warning with a file of them',
  async (_, id) => {
    const config = planted([...CLEAN, { patient: id, split: 'test', hospital: 'SY' }]);
    const { findings, alikeFile } = await audit(asked(config), listening());
    expect(findings).toMatchObject([{ code: 'WARN_ID_HOSPITALS', severity: 'warning', count: 1 }]);
    const rows = readAlikeIds(alikeFile ?? '');
    expect(rows).toMatchObject([
      { group: 1, alike: 'hospitals', hospital: 'JM', id: 'JM0010', splits: 'train' },
      { group: 1, alike: 'hospitals', hospital: 'SY', id, splits: 'test' },
    ]);
    expect(findings[0]?.cases[0]).toMatchObject({
      patients: rows.map(({ patient }) => patient),
      detail: `JM0010 of JM in train, ${id} of SY in test`,
    });
    expect(new Set(rows.map(({ patient }) => patient.toLowerCase())).size).toBe(2);
    expect((await audit(asked(planted(CLEAN)), listening())).alikeFile).toBeNull();
  },
);

test.each(['JM0010_1', 'JM0010-a', 'JM0010b', 'JM0010v2', 'JM0010_post'])(
  'the suffix of %s across splits is a warning',
  async (patient) => {
    const config = planted([...CLEAN, { patient, split: 'val' }]);
    const { verdict, findings, checks } = await audit(asked(config), listening());
    expect(checks.find(({ name }) => name === 'similar patient IDs')?.detail.text).toContain(
      'a last letter, number, date or word',
    );
    expect(verdict).toBe('warning');
    expect(findings).toMatchObject([{ code: 'WARN_ID_SUFFIX', cases: [{ patients: ['JM0010', patient] }] }]);
    expect(codes(await leaking(config, { strict: true }))).toEqual(['WARN_ID_SUFFIX']);
  },
);

test('numbered IDs are neither the same nor visits', async () => {
  const numbered = ['1-12', '11-2', 'C2019-1', 'C2019-2', 'C2019-3', 'C2019-4', 'C2019-5'];
  const rows = numbered.map((patient, i): Planted => ({ patient, split: SPLITS[i % 3] ?? 'train' }));
  const { verdict, findings } = await audit(asked(planted(rows)), listening());
  expect(verdict).toBe('warning');
  expect(findings).toMatchObject([
    { code: 'WARN_TEST_AT_HOME' },
    { code: 'INFO_ID_NUMBERED', severity: 'info', count: 1 },
  ]);
});

test('identical pixels are a leak across splits, a warning within, and nothing when constant', async () => {
  const [image, other] = [slicePixels('image', 0), slicePixels('other', 0)];
  const blank = new Uint8Array(SIDE * SIDE).fill(7);
  const config = planted([
    ...CLEAN,
    { patient: 'JM0050', split: 'train', pixels: image, modalities: ['A'] },
    { patient: 'SY0060', split: 'test', hospital: 'SY', pixels: image, modalities: ['P'] },
    { patient: 'JM0051', split: 'train', pixels: other, modalities: ['A'] },
    { patient: 'JM0052', split: 'train', pixels: other, modalities: ['A'] },
    { patient: 'JM0010', split: 'train', pixels: blank },
    { patient: 'SY0031', split: 'test', hospital: 'SY', label: 1, pixels: blank },
  ]);
  const record = await leaking(config);
  expect(codes(record)).toEqual(['LEAK_IDENTICAL_SLICES', 'WARN_IDENTICAL_SLICES']);
  expect(record.findings.map(({ cases }) => cases.map(({ patients }) => patients))).toEqual([
    [['JM0050', 'SY0060']],
    [['JM0051', 'JM0052']],
  ]);
  expect(record.checks[5]?.detail.text).toContain('4 constant ones not compared');
  await expect(audit(asked(config, { pixels: false }), listening())).resolves.toMatchObject({
    verdict: 'passed',
  });
  expect(recordOf(config).not_checked).toContainEqual({
    check: 'identical slices',
    reason: remark('audit-no-pixels'),
  });
});

test('near-duplicates across splits are a warning with pair and distance', async () => {
  const image = slicePixels('image', 0);
  const brighter = image.map((value) => value + 9);
  const noisy = image.map((value, i) => value + ((i * 7) % 5));
  const other = image.slice();
  other.fill(255, 0, 3 * SIDE);
  const config = planted([
    ...CLEAN,
    { patient: 'JM0050', split: 'train', pixels: image, modalities: ['A'] },
    { patient: 'SY0060', split: 'test', hospital: 'SY', pixels: brighter, modalities: ['A'] },
    { patient: 'SY0061', split: 'test', hospital: 'SY', pixels: noisy, modalities: ['A'] },
    { patient: 'SY0062', split: 'test', hospital: 'SY', pixels: other, modalities: ['A'] },
  ]);
  const found = async (nearDuplicateDistance: number): Promise<AuditFinding[]> =>
    (await audit(asked(config, { nearDuplicateDistance }), listening())).findings;
  expect(await found(0)).toMatchObject([
    {
      code: 'WARN_NEAR_SLICES',
      severity: 'warning',
      count: 1,
      cases: [{ patients: ['JM0050', 'SY0060'], distance: 0 }],
    },
  ]);
  const [copies, similar] = await found(8);
  expect(copies).toMatchObject({ code: 'WARN_NEAR_SLICES', count: 2 });
  expect(copies?.cases.map(({ patients }) => patients[1])).toEqual(['SY0060', 'SY0061']);
  expect(copies?.cases[0]?.correlation).toBeCloseTo(1, 6);
  expect(copies?.cases[1]?.distance).toBeGreaterThan(0);
  expect(similar).toMatchObject({ code: 'INFO_SIMILAR_SLICES', severity: 'info' });
  expect(similar?.cases).toMatchObject([{ patients: ['JM0050', 'SY0062'] }]);
  expect(similar?.cases[0]?.correlation).toBeLessThan(0.9);
  await expect(audit(asked(config, { nearDuplicateDistance: 16 }), listening())).rejects.toMatchObject({
    code: 'E_DISTANCE',
  });
});

test('own split files are one division with a hash, unless they contradict each other', async () => {
  const config = planted(CLEAN);
  await audit(asked(config), listening());
  const cohort = CLEAN.map(({ hospital = 'JM', label = 0, ...one }) => ({ ...one, hospital, label }));
  expect(recordOf(config).split_hash).toBe(splitHash(cohort));
  const torn = planted([...CLEAN, { patient: 'JM0010', split: 'test', label: 0 }]);
  await audit(asked(torn), listening()).catch(() => undefined);
  expect(recordOf(torn).split_hash).toBeNull();
});

test('two labels of one patient are a leak: in the files, or against cohort.csv', async () => {
  const within = await leaking(planted([...CLEAN, { patient: 'JM0010', split: 'train', label: 1 }]));
  expect(codes(within)).toEqual(['LEAK_LABEL_CONFLICT']);
  const flipped = CLEAN.map((one) => (one.patient === 'SY0031' ? { ...one, label: 0 } : one));
  const against = await leaking(planted(CLEAN, flipped));
  expect(codes(against)).toEqual(['LEAK_LABEL_CONFLICT']);
  expect(against.findings[0]?.cases[0]?.detail).toContain('label 0 in test of cohort.csv');
  const folders = CLEAN.map((one) => (one.patient === 'SY0031' ? { ...one, grade: 0 } : one));
  const { findings } = await audit(asked(planted(folders)), listening());
  expect(findings).toMatchObject([
    { code: 'WARN_LABEL_FOLDERS', cases: [{ detail: 'grade0: labels 0, 1' }] },
  ]);
});

test('modalities, or cohort.csv, that divide the patients otherwise are a leak', async () => {
  const apart = [
    ...CLEAN,
    { patient: 'JM0070', split: 'train', modalities: ['A'] },
    { patient: 'JM0070', split: 'val', modalities: ['P'] },
  ] as const;
  const record = await leaking(planted(apart));
  expect(codes(record)).toEqual(['LEAK_SPLIT_MODALITIES']);
  expect(record.findings[0]?.cases).toMatchObject([{ detail: 'train by A, val by P' }]);
  const moved = CLEAN.map((one): Planted => (one.patient === 'JM0020' ? { ...one, split: 'train' } : one));
  expect(codes(await leaking(planted(CLEAN, moved)))).toEqual(['LEAK_SPLIT_MODALITIES']);
});

test('many cases are counted and the first listed', async () => {
  const rows = Array.from({ length: 30 }, (_, i): Planted[] => [
    { patient: `JM1${i}`, split: 'train' },
    { patient: `JM1${i}`, split: 'test' },
  ]).flat();
  const record = await leaking(planted(rows), { pixels: false });
  expect(record.findings[0]).toMatchObject({ code: 'LEAK_PATIENT_SPLITS', count: 30 });
  expect(record.findings[0]?.cases).toHaveLength(20);
});

test('without split files there is nothing to audit', async () => {
  await expect(audit(asked(cohortConfig(tempDir())), listening())).rejects.toMatchObject({
    code: 'E_NO_SPLIT',
  });
});
