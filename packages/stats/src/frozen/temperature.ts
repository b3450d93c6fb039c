import { checkLabels } from '../core/checks.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { checkMatrix, type Matrix, rowOf } from '../core/matrix.ts';
import { softmaxInPlace } from '../linear/logistic-loss.ts';
import { type Frozen, freeze } from './frozen.ts';
import { checkRowCount, type FitRow, homeRows } from './rows.ts';

const HOTTEST = 1e4;
const COLDEST = 1e-4;

/**
 * Temperature scaling (Guo et al. 2017): the T that minimises the negative log-likelihood of softmax(logits / T).
 *
 * @param logits patients × classes.
 * @returns null with the reason when the optimum is at T → 0 or T → ∞.
 */
export function freezeTemperature(
  rows: readonly (FitRow & { readonly label: number })[],
  logits: Matrix,
): Outcome<Frozen<'temperature'>> {
  const fittedOn = homeRows('temperature', rows);
  checkRowCount(rows, logits);
  checkMatrix('logits', logits);
  const labels = rows.map((row) => row.label);
  checkLabels(labels, logits.columns);
  if (rows.length === 0) return absent('no-patients-for', { what: 'the temperature' });
  // The likelihood is concave in the inverse temperature, so its slope has one root.
  let low = Math.log(1 / HOTTEST);
  let high = Math.log(1 / COLDEST);
  if (slope(labels, logits, Math.exp(low)) >= 0) {
    return absent('temperature-infinite');
  }
  if (slope(labels, logits, Math.exp(high)) <= 0) {
    return absent('temperature-zero');
  }
  while (high - low > 1e-14) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (slope(labels, logits, Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return { value: freeze('temperature', { temperature: Math.exp(-(low + high) / 2) }, fittedOn) };
}

/** softmax(logits / T), patients × classes. */
export function applyTemperature(frozen: Frozen<'temperature'>, logits: Matrix): Matrix {
  checkMatrix('logits', logits);
  const scaled = { ...logits, data: logits.data.map((z) => z / frozen.value.temperature) };
  for (let i = 0; i < scaled.rows; i++) softmaxInPlace(rowOf(scaled, i));
  return scaled;
}

/** Derivative of the negative log-likelihood by the inverse temperature: Σ (expected logit − own logit). */
function slope(labels: readonly number[], logits: Matrix, inverse: number): number {
  let sum = 0;
  for (const [i, label] of labels.entries()) {
    const row = rowOf(logits, i);
    const probabilities = row.map((z) => z * inverse);
    softmaxInPlace(probabilities);
    const own = row[label] as number;
    sum += probabilities.reduce((total, p, k) => total + p * ((row[k] as number) - own), 0);
  }
  return sum;
}
