import type { FrozenRecord } from '@radweave/artifacts';
import {
  freezeAggregation,
  freezeIsotonic,
  freezePlatt,
  freezeTemperature,
  freezeThreshold,
  matrixFrom,
} from '@radweave/stats';
import { expect, test } from 'vitest';
import { frozenRemark, isChosen } from './frozen.ts';

const ROWS = [0.1, 0.4, 0.3, 0.6, 0.8, 0.35].map((probability, i) => ({
  patient: `p${i}`,
  hospital: 'JM',
  split: 'val',
  role: 'home' as const,
  label: [0, 0, 1, 1, 1, 0][i] ?? 0,
  probability,
  slices: matrixFrom([[1 - probability, probability]]),
}));
const LOGITS = matrixFrom(ROWS.map(({ probability: p }) => [0, Math.log(p / (1 - p))]));

test.each([
  ['Youden: 0.6000', true, freezeThreshold(ROWS)],
  ['sensitivity ≥ 0.9: 0.3000', true, freezeThreshold(ROWS, { rule: 'fixed_sensitivity', target: 0.9 })],
  ['fixed: 0.2500', false, freezeThreshold(ROWS, { rule: 'fixed', threshold: 0.25 })],
  [/^platt: slope \d\.\d{4}, intercept -?\d\.\d{4}$/, true, freezePlatt(ROWS)],
  ['isotonic', true, freezeIsotonic(ROWS)],
  [/^temperature: \d\.\d{4}$/, true, freezeTemperature(ROWS, LOGITS)],
  ['mean', true, freezeAggregation(ROWS, [{ method: 'mean' }, { method: 'max' }])],
  ['top_k 3', false, freezeAggregation(ROWS, [{ method: 'top_k', k: 3 }])],
])('a frozen decision is shown as it was fitted: %s', (text, chosen, { value: frozen }) => {
  if (frozen === null) throw new Error('not fitted');
  const record: FrozenRecord = JSON.parse(JSON.stringify(frozen));
  expect(frozenRemark(record, []).text).toMatch(text);
  expect(isChosen(record)).toBe(chosen);
});
