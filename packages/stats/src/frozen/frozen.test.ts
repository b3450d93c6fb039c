import { expect, test } from 'vitest';
import { matrixFrom } from '../core/matrix.ts';
import { freezeAggregation } from './aggregation.ts';
import { canonicalJson, type Frozen, parseFrozen } from './frozen.ts';
import { freezeIsotonic } from './isotonic.ts';
import { freezePlatt } from './platt.ts';
import { ExternalRowsError, type ScoredRow } from './rows.ts';
import { freezeScaler } from './scaler.ts';
import { freezeTemperature } from './temperature.ts';
import { freezeThreshold } from './threshold.ts';

const HOME: ScoredRow[] = [0.1, 0.4, 0.35, 0.8, 0.7, 0.6].map((probability, i) => ({
  patient: `P${i}`,
  hospital: 'JM',
  split: 'val',
  role: 'home',
  label: i % 2,
  probability,
}));
const EXTERNAL: ScoredRow = {
  ...(HOME[0] as ScoredRow),
  patient: 'X7',
  hospital: 'ZS',
  split: 'test',
  role: 'external',
};
const FEATURES = matrixFrom([...HOME, EXTERNAL].map((_, i) => [i, i * i, (i * 7) % 5]));

function frozenThreshold(): Frozen<'threshold'> {
  const { value } = freezeThreshold(HOME);
  if (value === null) throw new Error('no threshold');
  return value;
}

test('every fit refuses external and test rows and names them', () => {
  const rows = [...HOME, EXTERNAL];
  const slices = matrixFrom([[0.4, 0.6]]);
  const fits: (() => unknown)[] = [
    () => freezeThreshold(rows),
    () => freezeThreshold(rows, { rule: 'fixed', threshold: 0.5 }),
    () => freezePlatt(rows),
    () => freezeIsotonic(rows),
    () => freezeScaler(rows, FEATURES),
    () => freezeTemperature(rows, FEATURES),
    () => freezeAggregation(rows.map((row) => ({ ...row, slices }))),
  ];
  for (const fit of fits) {
    expect(fit).toThrow(ExternalRowsError);
    expect(fit).toThrow('X7 (ZS, test)');
  }
  expect(() => freezePlatt([...HOME, { ...EXTERNAL, role: 'home' }])).toThrow(ExternalRowsError);
  expect(() => freezePlatt([...HOME, ...HOME])).toThrow('12 rows, 6 patients');
});

test('a decision says what it was fitted on and cannot be changed', () => {
  const frozen = frozenThreshold();
  expect(frozen).toMatchObject({
    kind: 'threshold',
    fitted_on: { splits: ['val'], hospitals: ['JM'], n: 6 },
  });
  expect(() => Object.assign(frozen.value, { threshold: 0.9 })).toThrow(TypeError);
  expect(() => Object.assign(frozen.fitted_on, { n: 9 })).toThrow(TypeError);
});

test('it survives JSON, whatever the order of keys, and any edit is found', () => {
  const frozen = frozenThreshold();
  const json = JSON.parse(JSON.stringify(frozen));
  expect(parseFrozen(json, 'threshold')).toEqual(frozen);
  const reversed = Object.fromEntries(Object.entries(json).reverse());
  expect(parseFrozen(reversed, 'threshold')).toEqual(frozen);
  expect(() => parseFrozen({ ...json, value: { ...json.value, threshold: 0.3 } }, 'threshold')).toThrow(
    'was changed',
  );
  expect(() => parseFrozen({ ...json, fitted_on: { ...json.fitted_on, n: 7 } }, 'threshold')).toThrow(
    'was changed',
  );
  expect(() => parseFrozen(json, 'scaler')).toThrow('a frozen scaler was expected, this is "threshold"');
  expect(() => parseFrozen({ kind: 'scaler' }, 'scaler')).toThrow('lacks value, fitted_on or hash');
  expect(() => parseFrozen(null, 'scaler')).toThrow('not null');
});

test('the fingerprint of the patients does not depend on their order', () => {
  const fingerprint = (rows: ScoredRow[]): string | undefined =>
    freezeThreshold(rows).value?.fitted_on.patients_sha256;
  expect(fingerprint([...HOME].reverse())).toBe(fingerprint(HOME));
  expect(fingerprint(HOME.map((row) => ({ ...row, patient: `Q${row.patient}` })))).not.toBe(
    fingerprint(HOME),
  );
});

test('canonical JSON sorts keys, keeps Unicode and refuses what JSON cannot hold', () => {
  expect(canonicalJson({ b: [1, 'ü', null], a: { d: 1e-7, c: true } })).toBe(
    '{"a":{"c":true,"d":1e-7},"b":[1,"ü",null]}',
  );
  expect(() => canonicalJson([Number.NaN])).toThrow('NaN');
  expect(() => canonicalJson({ a: undefined })).toThrow('undefined');
});
