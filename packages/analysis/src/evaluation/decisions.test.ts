import { defaultConfig } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import type { Candidate, ScoredPatient } from './candidate.ts';
import { decide } from './decisions.ts';
import { freezeModel } from './freeze-model.ts';

const isHome = (hospital: string): boolean => hospital === 'JM';

function patients(
  hospital: string,
  scores: readonly (readonly [label: number, p: number])[],
): ScoredPatient[] {
  return scores.map(([label, p], i) => ({
    patient: `${hospital}${i}`,
    hospital,
    label,
    probabilities: [1 - p, p],
  }));
}

const VAL = patients('JM', [
  [0, 0.1],
  [0, 0.2],
  [1, 0.3],
  [0, 0.35],
  [1, 0.6],
  [1, 0.8],
  [1, 0.9],
]);

function candidate(val: ScoredPatient[], test: ScoredPatient[] = []): Candidate {
  const none = { train: [], val: [], test: [] };
  return {
    name: 'fused',
    kind: 'fused',
    modalities: ['A'],
    patients: { train: [], val, test },
    inSample: { train: 'no', val: 'no', test: 'no' },
    notes: none,
  };
}

const options = (more: object = {}) => ({ ...defaultConfig().evaluation, ...more });

test('threshold and calibrator come from validation alone, whoever is in the external test', () => {
  const external = patients('SY', [
    [1, 0.05],
    [0, 0.95],
  ]);
  const wish = options({ calibration: 'platt' });
  const own = decide(candidate(VAL), 2, wish, isHome, null);
  const { thresholdRecord, calibratorRecord } = decide(candidate(VAL, external), 2, wish, isHome, null);
  expect(own.threshold).toBe(0.6);
  expect([thresholdRecord, calibratorRecord]).toEqual([own.thresholdRecord, own.calibratorRecord]);
  expect(thresholdRecord?.fitted_on).toMatchObject({ splits: ['val'], hospitals: ['JM'], n: 7 });
  const calibrated = own.calibrate?.([0.4, 0.6]) ?? [];
  expect((calibrated[0] ?? 0) + (calibrated[1] ?? 0)).toBeCloseTo(1, 12);
  expect(calibrated[1]).not.toBe(0.6);
});

test('an external patient in validation is refused', () => {
  const mixed = [...VAL, ...patients('SY', [[1, 0.7]])];
  expect(() => decide(candidate(mixed), 2, options(), isHome, null)).toThrow(
    expect.objectContaining({ code: 'E_EXTERNAL_ROWS' }),
  );
});

test('where validation has one class the threshold is 0.5, and that is said', () => {
  const one = VAL.filter(({ label }) => label === 1);
  const { threshold, notes } = decide(candidate(one), 2, options(), isHome, null);
  expect(threshold).toBe(0.5);
  expect(notes.map(({ text }) => text).join()).toContain('the threshold is 0.5, not chosen');
});

test('with more than two labels there is no threshold, and only a temperature calibrates', () => {
  const many = VAL.map((one, i) => ({ ...one, label: i % 3, probabilities: [0.2, 0.3, 0.5] }));
  const decided = decide(candidate(many), 3, options(), isHome, null);
  expect([decided.threshold, decided.thresholdRecord, decided.calibrate]).toEqual([null, null, null]);
  expect(() => decide(candidate(many), 3, options({ calibration: 'platt' }), isHome, null)).toThrow(
    expect.objectContaining({ code: 'E_CALIBRATION' }),
  );
});

test('a decision that is taken over is used as it was frozen, and refused once it was edited', () => {
  const { thresholdRecord } = decide(candidate(VAL), 2, options(), isHome, null);
  const other = patients('JM', [
    [0, 0.6],
    [1, 0.8],
  ]);
  const before = { threshold: thresholdRecord, calibrator: null };
  expect(decide(candidate(other), 2, options(), isHome, before).threshold).toBe(0.6);
  const edited = {
    ...thresholdRecord,
    value: { ...Object(thresholdRecord?.value), threshold: 0.4 },
  } as never;
  const wrong = { threshold: edited, calibrator: null };
  expect(() => decide(candidate(other), 2, options(), isHome, wrong)).toThrow(
    expect.objectContaining({ code: 'E_FROZEN' }),
  );
  expect(() => decide(candidate(other), 2, options(), isHome, { threshold: null, calibrator: null })).toThrow(
    /no threshold was frozen/,
  );
});

test.each([
  ['JM', true],
  ['KK', false],
])(
  'whether an earlier evaluation may have chosen on some of these patients: those of %s',
  (place, overlap) => {
    const before = decide(candidate(VAL), 2, options(), isHome, null);
    const decided = { threshold: before.thresholdRecord, calibrator: null };
    const others = candidate(
      patients(place, [
        [0, 0.3],
        [1, 0.7],
      ]),
    );
    const [note] = freezeModel(others, 2, options(), () => true, null, decided).notes.val;
    expect(note?.code).toBe('threshold-taken-over');
    expect(note?.text.includes('perhaps some of these')).toBe(overlap);
  },
);
