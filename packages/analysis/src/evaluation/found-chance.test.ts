import type { Split } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { type ChanceInputs, foundAgainstChance } from './found-chance.ts';
import type { PredictedModel } from './group.ts';

type Place = [hospital: string, value: number | null, lower?: number, upper?: number];

/** A model with these AUCs, of 10 + 10 patients in each hospital; in one that is not named where there are no others. */
function model(name: string, test: Place[], val: Place[] = [['all', 0.9, 0.8, 1]]) {
  const patients = (split: Split, places: Place[]) =>
    places
      .filter(([hospital, value]) => hospital !== 'all' || (places.length === 1 && value !== null))
      .flatMap(([hospital]) =>
        Array.from({ length: 20 }, (_, i) => ({
          ...{ patient: `${split}${hospital}${i}`, hospital, label: i % 2, probabilities: [0.5, 0.5] },
          ...{ calibrated: null, predicted: 0 },
        })),
      );
  const evaluated = {
    name,
    threshold: 0.5,
    patients: { train: [], val: patients('val', val), test: patients('test', test) },
    inSample: { train: 'yes', val: 'no', test: 'no' },
    notes: { train: [], val: [], test: [] },
  } satisfies PredictedModel;
  const rows = (split: Split, places: Place[]) =>
    places.map(([hospital, value, lower, upper]) => {
      const auc = { value, ...(lower === undefined ? {} : { lower, upper }) };
      return { model: name, split, hospital, positive_label: '1', auc, auc_bootstrap: auc };
    });
  return { evaluated, rows: [...rows('val', val), ...rows('test', test)] };
}

function found(
  models: ReturnType<typeof model>[],
  heterogeneity: ChanceInputs['heterogeneity'] = [],
  labelNames = ['grade0', 'grade1'],
): string[] {
  return foundAgainstChance({
    models: models.map(({ evaluated }) => evaluated),
    rows: models.flatMap(({ rows }) => rows) as unknown as ChanceInputs['rows'],
    heterogeneity,
    labelNames,
    level: 0.95,
    seed: 1,
  }).map(({ text }) => text);
}

test('nothing learned is said in the first sentence, and what is worse than chance in its own', () => {
  const chance: Place[] = [
    ['all', 0.52, 0.4, 0.64],
    ['CS', 0.6, 0.45, 0.75],
    ['HT', 0.2, 0.05, 0.35],
  ];
  const texts = found([
    model('fused', chance, [['all', 0.6, 0.3, 0.9]]),
    model('network P', [['all', 0.2, 0.1, 0.3]], [['all', 0.5, 0.2, 0.8]]),
  ]);
  expect(texts).toEqual([
    'no model is shown to be better than chance outside the home hospital (that takes a 95 % interval of the AUC of all external patients above 0.5 that a rank test and the number of patients support): fused, AUC 0.52 (0.40–0.64); network P, AUC 0.20 (0.10–0.30)',
    'worse than chance outside the home hospital (the 95 % interval of the AUC lies below 0.5): network P, AUC 0.20 (0.10–0.30)',
    'worse than chance in single hospitals: fused in HT, AUC 0.20 (0.05–0.35)',
    'no model is shown to be better than chance even on the validation patients, who were used to choose epochs and thresholds (that takes an interval of the AUC above 0.5 that a rank test and the number of patients support)',
  ]);
});

test('a model that is better than chance is named before those that are not, with the hospitals where it is not', () => {
  const good: Place[] = [
    ['all', 0.8, 0.7, 0.9],
    ['CS', 0.7, 0.45, 0.95],
    ['HT', 0.85, 0.7, 1],
  ];
  const row = {
    positive_label: '1',
    hospitals: ['CS', 'HT'],
    within_auc: { value: 0.8, lower: 0.7, upper: 0.9 },
    note: null,
  };
  const texts = found(
    [
      model('fused', good),
      model('A', [
        ['all', 0.5, 0.4, 0.6],
        ['CS', 0.5, 0.4, 0.6],
      ]),
    ],
    [
      { ...row, model: 'fused', q: 9, degrees_of_freedom: 1, p: 0.0027, i2: 0.89 },
      { ...row, model: 'A', q: 1, degrees_of_freedom: 1, p: 0.32, i2: 0 },
    ],
  );
  expect(texts).toEqual([
    'better than chance outside the home hospital (the 95 % interval of the AUC lies above 0.5): fused, AUC 0.80 (0.70–0.90)',
    'not shown to be better than chance outside the home hospital: A, AUC 0.50 (0.40–0.60)',
    'not shown to be better than chance in single hospitals: fused in CS, AUC 0.70 (0.45–0.95)',
    "the AUC seems to differ between the external hospitals, so the pooled AUC may describe none of them (Cochran's Q, p below 0.1): fused, p 0.003, I² 89 %",
  ]);
});

test('a model that is worse than chance beside a better one is told once', () => {
  const texts = found([
    model('fused', [['all', 0.8, 0.7, 0.9]]),
    model('A', [['all', 0.2, 0.1, 0.3]]),
    model('P', [['all', 0.5, 0.4, 0.6]]),
  ]);
  expect(texts.slice(1)).toEqual([
    'not shown to be better than chance outside the home hospital: P, AUC 0.50 (0.40–0.60)',
    'worse than chance outside the home hospital (the 95 % interval of the AUC lies below 0.5): A, AUC 0.20 (0.10–0.30)',
  ]);
});

test('an AUC that may come of differences between hospitals is not called better than chance', () => {
  const good: Place[] = [
    ['all', 0.8, 0.7, 0.9],
    ['CS', 0.6, 0.3, 0.9],
    ['HT', null],
  ];
  const row = {
    model: 'fused',
    positive_label: '1',
    hospitals: [],
    q: null,
    degrees_of_freedom: null,
    p: null,
  };
  const told = (within_auc: { value: number | null; lower?: number; upper?: number }): string[] =>
    found([model('fused', good)], [{ ...row, i2: null, note: null, within_auc }]);
  expect(told({ value: 0.58, lower: 0.42, upper: 0.74 })[0]).toBe(
    'the model may tell hospitals apart rather than labels, as the AUC of all external patients lies above 0.5, but not that within hospitals, which compares patients of the same one only (no 95 % interval lies above 0.5): fused, AUC within hospitals 0.58 (0.42–0.74)',
  );
  expect(told({ value: 0, lower: 0, upper: 0 })[0]).toMatch(
    /: fused, AUC within hospitals 0\.00 \(no interval\)$/,
  );
  const [only, ...others] = told({ value: null });
  expect(only).toBe(
    'the model may tell hospitals apart rather than labels, as the AUC of all external patients lies above 0.5, but no external hospital has two patients of each of two labels: fused, AUC 0.80 (0.70–0.90)',
  );
  expect(others.filter((text) => text.includes('better than chance outside'))).toEqual([]);
  expect(told({ value: 0.7, lower: 0.51, upper: 0.9 })[0]).toMatch(/^better than chance outside/);
});

test('hospitals that say the opposite of each other are told, also where Q cannot be computed', () => {
  const opposed: Place[] = [
    ['all', 0.5, 0.3, 0.7],
    ['CS', 1, 1, 1],
    ['HT', 0.1, 0, 0.2],
  ];
  expect(found([model('fused', opposed)]).slice(1)).toEqual([
    'better than chance in single hospitals: fused in CS, AUC 1.00 (exact p <0.001)',
    'worse than chance in single hospitals: fused in HT, AUC 0.10 (0.00–0.20)',
    'better than chance in one hospital and worse in another, so the AUC of all external patients describes neither: fused, AUC 0.50 (0.30–0.70)',
  ]);
  // The good hospitals may be the larger part.
  const rather: Place[] = [['all', 0.7, 0.6, 0.8], ...opposed.slice(1)];
  expect(found([model('fused', rather)])[1]).toBe(
    'better than chance in single hospitals: fused in CS, AUC 1.00 (exact p <0.001)',
  );
  // One that the others hide is told; where all show it, the pooled patients say it.
  const hidden: Place[] = [
    ['all', 0.5, 0.3, 0.7],
    ['CS', 0.9, 0.8, 1],
    ['HT', 0.4, 0.2, 0.6],
  ];
  expect(found([model('fused', hidden)]).slice(1)).toEqual([
    'better than chance in single hospitals: fused in CS, AUC 0.90 (0.80–1.00)',
  ]);
  const all: Place[] = [
    ['all', 0.9, 0.85, 0.95],
    ['CS', 0.9, 0.8, 1],
    ['HT', 0.9, 0.8, 1],
  ];
  expect(found([model('fused', all)])).toHaveLength(1);
});

test('complete separation is told with its exact p, and no sentence speaks of an interval that it does not have', () => {
  const of = (value: number): Place[] => [
    ['all', value, value, value],
    ['CS', value, value, value],
  ];
  // 10 of 20 patients are positive: 2 in 184,756 orders separate them.
  expect(found([model('fused', of(1))])).toEqual([
    'better than chance outside the home hospital (an AUC of 1 has no interval; p of an exact test is below 0.05): fused, AUC 1.00 (exact p <0.001)',
  ]);
  const good: Place[] = [['all', 0.8, 0.7, 0.9]];
  expect(found([model('fused', of(0)), model('A', of(1)), model('P', good)])).toEqual([
    'better than chance outside the home hospital (the 95 % interval of the AUC lies above 0.5): P, AUC 0.80 (0.70–0.90)',
    'better than chance outside the home hospital (an AUC of 1 has no interval; p of an exact test is below 0.05): A, AUC 1.00 (exact p <0.001)',
    'worse than chance outside the home hospital (an AUC of 0 has no interval; p of an exact test is below 0.05): fused, AUC 0.00 (exact p <0.001)',
  ]);
});

test('of too few patients that is said, and a limit near 0.5 is printed so that its side shows', () => {
  const [close] = found([
    model('P', [
      ['all', 0.8, 0.5049, 1],
      ['CS', 0.8, 0.5049, 1],
    ]),
  ]);
  expect(close).toMatch(/^better than chance .*: P, AUC 0\.80 \(0\.505–1\.00\)$/);
  const few = model('A', [
    ['all', 1, 1, 1],
    ['CS', 1, 1, 1],
  ]);
  few.evaluated.patients.test.splice(4);
  expect(found([few])[0]).toMatch(
    /^no model is shown to be better .*: A, AUC 1\.00 \(exact p 0\.333\), too few patients to show anything$/,
  );
});

test('an interval above or below 0.5 shows nothing of so few patients that no AUC could', () => {
  for (const [value, lower, upper] of [
    [0.83, 0.51, 1],
    [0.17, 0, 0.49],
  ] as const) {
    const few = model('A', [['all', value, lower, upper]], [['all', value, lower, upper]]);
    few.evaluated.patients.test.splice(5);
    few.evaluated.patients.val.splice(5);
    const told = `A, AUC ${value} (${lower === 0 ? '0.00–0.49' : '0.51–1.00'})`;
    expect(found([few])).toEqual([
      `no model is shown to be better than chance outside the home hospital (that takes a 95 % interval of the AUC of all external patients above 0.5 that a rank test and the number of patients support): ${told}, too few patients to show anything`,
      'the validation patients, who were used to choose epochs and thresholds, are too few to tell any AUC from chance: grade0, 3 of 5; grade1, 2 of 5',
    ]);
    const many = model('B', [['all', 0.9, 0.8, 1]], [['all', 0.6, 0.3, 0.9]]);
    expect(found([few, many]).at(-1)).toMatch(
      /^no model is shown to be better than chance even on the valid/,
    );
  }
});

test('too few is said too where a label has one patient, and DeLong gives no interval', () => {
  const few = model('A', [['all', 0.5]], [['all', 1]]);
  few.evaluated.patients.test.splice(3);
  few.evaluated.patients.val.splice(3);
  const [external, validation] = found([few]);
  expect(external).toMatch(/: A, AUC 0\.50 \(no interval\), too few patients to show anything$/);
  expect(validation).toMatch(
    /^the validation patients, .* are too few to tell any AUC from chance: grade0, 2 of 3; grade1, 1 of 3$/,
  );
});

test('of models that evaluate different validation patients, those of each are counted', () => {
  const few = (name: string, n: number) => {
    const one = model(name, [], [['all', 0.8, 0.6, 1]]);
    one.evaluated.patients.val.splice(n);
    return one;
  };
  const told = (...models: ReturnType<typeof model>[]): string | undefined => found(models).at(-1);
  expect(told(few('fused', 4), few('network A', 5))).toMatch(
    /: fused, grade0, 2 of 4; fused, grade1, 2 of 4; network A, grade0, 3 of 5; network A, grade1, 2 of 5$/,
  );
  expect(told(few('fused', 4), few('network A', 4))).toMatch(/: grade0, 2 of 4; grade1, 2 of 4$/);
});

test('an AUC that is the same in all resamples has neither an interval nor the p of complete separation', () => {
  expect(found([model('A', [['all', 0.5, 0.5, 0.5]])])[0]).toMatch(
    /: A, AUC 0\.50 \(the same in all resamples of the patients\)$/,
  );
});

test('without external patients, or with one of them, nothing is claimed of other hospitals', () => {
  expect(found([model('fused', [['all', null]])])).toEqual([
    'there is no external hospital: nothing is known about patients of other hospitals',
  ]);
  expect(
    found([
      model('fused', [
        ['all', null],
        ['XX', null],
      ]),
    ]),
  ).toEqual(['external patients are too few, or of one label only, to tell an AUC from chance']);
});

test('external patients of one label are told as such', () => {
  const one = model('fused', [['SY', null]]);
  for (const patient of one.evaluated.patients.test) patient.label = 0;
  one.rows.push({ ...(one.rows.at(-1) ?? expect.unreachable()), hospital: 'all' });
  expect(found([one])).toEqual([
    'all external patients have the same label, grade0: there is no AUC of them',
  ]);
});

test('nothing is said of no model where one of them has no interval', () => {
  const [external, val]: [Place[], Place[]] = [[['XX', null]], [['all', 1]]];
  const texts = found([
    model('fused', [['all', null], ...external], val),
    model('A', [['all', 0.5, 0.4, 0.6], ...external], [['all', 0.6, 0.3, 0.9]]),
  ]);
  expect(texts).toEqual([
    'not shown to be better than chance outside the home hospital: A, AUC 0.50 (0.40–0.60)',
    'external patients are too few, or of one label only, to tell an AUC from chance',
  ]);
});

test('an interval whose limits look the same with two digits is told with more', () => {
  const places: Place[] = [['all', 0.8012, 0.8008, 0.8019]];
  expect(found([model('fused', places)])[0]).toMatch(/: fused, AUC 0\.801 \(0\.801–0\.802\)$/);
});

test('an interval above 0.5 that the rank test does not support shows nothing, and p says why', () => {
  // 70 of 100 pairs of 10 + 10 patients: p = 0.143 (scipy).
  const places: Place[] = [
    ['all', 0.7, 0.51, 0.89],
    ['CS', 0.9, 0.75, 1],
    ['HT', 0.7, 0.51, 0.89],
  ];
  const several = [0.7, 0.9].map((value) => model(value === 0.7 ? 'A' : 'P', [['all', value, 0.51, 0.95]]));
  expect(found(several)).toEqual([
    'better than chance outside the home hospital (the 95 % interval of the AUC lies above 0.5): P, AUC 0.90 (0.51–0.95)',
    'not shown to be better than chance outside the home hospital: A, AUC 0.70 (0.51–0.95), p of a rank test 0.143',
  ]);
  expect(found([model('fused', places)])).toContain(
    'not shown to be better than chance in single hospitals: fused in HT, AUC 0.70 (0.51–0.89), p of a rank test 0.143',
  );
});

test('a macro AUC needs the same: of ten patients no interval alone says worse than chance', () => {
  const macro = model('A', [['all', 0.28, 0.07, 0.49]]);
  for (const row of macro.rows) row.positive_label = 'macro';
  // Of the patients without a difference, whatever the interval, all orders are as far as the observed one.
  for (const [i, patient] of macro.evaluated.patients.test.entries()) {
    Object.assign(patient, { label: i % 3, probabilities: [0.2, 0.3, 0.5] });
  }
  const names = ['grade0', 'grade1', 'grade2'];
  const told = (): string[] => found([macro], [], names).filter((text) => text.includes(': A, macro AUC'));
  expect(told()).toEqual([
    expect.stringMatching(
      /^no model is shown to be better .*: A, macro AUC 0\.28 \(0\.07–0\.49\), p of a rank test 1\.000$/,
    ),
  ]);
  for (const { label, probabilities } of macro.evaluated.patients.test) probabilities[label] = 0.1;
  expect(told()).toContain(
    'worse than chance outside the home hospital (the 95 % interval of the AUC lies below 0.5): A, macro AUC 0.28 (0.07–0.49)',
  );
});
