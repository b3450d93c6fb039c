import { expect, test } from 'vitest';
import { type FusedSplit, having } from './fused-split.ts';
import { classifierFor, kindNotes, kindsBetween } from './kinds.ts';
import { spreadRows } from './pool.ts';

const MODALITIES = ['A', 'P', 'V'];

/** Patients who have these modalities; each feature is the patient's number, NaN where there is none. */
function splitOf(split: FusedSplit['split'], people: readonly [own: string[], label: number][]): FusedSplit {
  const column = (modality: string) => ({
    dims: 1,
    data: Float32Array.from(people, ([own], i) => (own.includes(modality) ? i : Number.NaN)),
  });
  return {
    split,
    patients: people.map(([, label], i) => ({ patient_id: `p${i}`, hospital: 'JM', label })),
    labels: Int32Array.from(people, ([, label]) => label),
    owned: people.map(([own]) => own),
    pooled: Object.fromEntries(MODALITIES.map((modality) => [modality, column(modality)])),
  };
}

const train = splitOf('train', [
  [MODALITIES, 0],
  [['A', 'P'], 1],
  [MODALITIES, 1],
  [['V'], 1],
]);

test('who has some modalities is taken with labels and features in one order, and all as they are', () => {
  const own = having(train, ['A', 'P']);
  expect(own.patients.map(({ patient_id }) => patient_id)).toEqual(['p0', 'p1', 'p2']);
  expect(Array.from(own.labels)).toEqual([0, 1, 1]);
  expect(own.pooled.A?.data).toEqual(Float32Array.of(0, 1, 2));
  expect(own.owned).toEqual([MODALITIES, ['A', 'P'], MODALITIES]);
  expect(having(own, ['A', 'P'])).toBe(own);
  expect(having(train, []).patients).toHaveLength(4);
});

test('rows are put where somebody is, and NaN elsewhere', () => {
  const rows = { dims: 2, data: Float32Array.of(1, 2, 3, 4) };
  expect(spreadRows(rows, [true, false, true]).data).toEqual(
    Float32Array.of(1, 2, Number.NaN, Number.NaN, 3, 4),
  );
});

test('every kind with several modalities, of any set, has a classifier, unless training lacks a class for it', () => {
  const val = splitOf('val', [[MODALITIES, 0]]);
  const test = splitOf('test', [
    [['P', 'V'], 0],
    [['A'], 1],
  ]);
  const wanted = kindsBetween({ train, val, test }, MODALITIES, 2);
  expect(wanted).toEqual({
    between: [
      { name: 'A+P', own: ['A', 'P'] },
      { name: 'P+V', own: ['P', 'V'] },
    ],
    unfitted: [],
  });
  const poor = splitOf('train', [
    [['A', 'P'], 0],
    [['A', 'P'], 1],
    [['P', 'V'], 1],
  ]);
  const { between, unfitted } = kindsBetween({ train: poor, val, test }, MODALITIES, 2);
  expect(between.map(({ name }) => name)).toEqual(['A+P']);
  expect(unfitted.join()).toContain('only P and V');
});

test('a patient is predicted by most of what they have, the first of equals, and nobody by what they lack', () => {
  const classifiers = [MODALITIES, ['A'], ['P'], ['V'], ['A', 'P']].map((modalities) => ({ modalities }));
  const chosen = (...own: string[]) => classifierFor(own, classifiers)?.modalities;
  expect(chosen(...MODALITIES)).toEqual(MODALITIES);
  expect(chosen('A', 'P')).toEqual(['A', 'P']);
  expect(chosen('P', 'V')).toEqual(['P']);
  expect(chosen('V')).toEqual(['V']);
  expect(chosen()).toBeUndefined();
});

test('the kinds of patients in a number, and those who are not, are said where there are several', () => {
  const text = (own: string[]): string =>
    kindNotes(train.owned, own, MODALITIES)
      .map((note) => note.text)
      .join('; ');
  expect(text(MODALITIES)).toBe(
    'patients of this set by the modalities that they have: all modalities: 2; ' +
      'not in these numbers, but predicted by the model of what they have: only A and P: 1, only V: 1',
  );
  expect(text(['A'])).toContain('all modalities: 2, only A and P: 1; not in');
  expect(kindNotes([MODALITIES, MODALITIES], ['A'], MODALITIES)).toEqual([]);
});
