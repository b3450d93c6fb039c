import { checkOpenUnit, checkSameLength, type Numbers } from '../core/checks.ts';
import { StatsInputError } from '../core/errors.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { compareCodePoints } from '../core/order.ts';
import { Random } from '../core/random.ts';

/** Indices of patients, ascending. */
export interface Split {
  readonly train: number[];
  readonly validation: number[];
}

/**
 * Splits patients into train and validation, stratified by label. The sizes per class follow the method of the
 * largest remainder, with at least one patient of every class on both sides; who goes where is drawn from the
 * stream "split/label" of the seed.
 *
 * @param labels one per patient.
 * @param trainRatio share of train, between 0 and 1.
 * @param ids patient IDs; with them the split depends on the set of patients only, not on their order.
 * @returns null with the reason, naming the class, when a class has fewer than two patients.
 * @throws StatsInputError when an ID occurs twice.
 */
export function stratifiedSplit(
  labels: Numbers,
  trainRatio: number,
  seed: number,
  ids?: readonly string[],
): Outcome<Split> {
  checkOpenUnit('train ratio', trainRatio);
  if (labels.length === 0) return absent('none-to-split');
  const byClass = patientsByClass(labels, patientOrder(labels.length, ids));
  for (const [label, patients] of byClass) {
    if (patients.length < 2) {
      return absent('class-of-one', { label, n: patients.length });
    }
  }
  const sizes = [...byClass.values()].map((patients) => patients.length);
  const seats = trainSeats(sizes, trainRatio);
  const train: number[] = [];
  const validation: number[] = [];
  for (const [k, [label, patients]] of [...byClass].entries()) {
    new Random(seed, `split/${label}`).shuffle(patients);
    train.push(...patients.slice(0, seats[k]));
    validation.push(...patients.slice(seats[k]));
  }
  const ascending = (a: number, b: number): number => a - b;
  return { value: { train: train.sort(ascending), validation: validation.sort(ascending) } };
}

/** Whether so many of all patients in training are the share that was asked for: each class keeps one on either side, whatever was asked. */
export function isShareKept(train: number, total: number, trainRatio: number): boolean {
  return Math.abs(train - trainRatio * total) < 1;
}

/** Train patients per class: whole quotas first, the remaining seats to the largest remainders. */
export function trainSeats(sizes: readonly number[], trainRatio: number): number[] {
  // Rounded to 1e-9 so that 0.7 × 90 is 63, not 62.99999999999999.
  const quotas = sizes.map((size) => Math.round(size * trainRatio * 1e9) / 1e9);
  const seats = quotas.map(Math.floor);
  const total = Math.round(sizes.reduce((sum, size) => sum + size, 0) * trainRatio * 1e9) / 1e9;
  const left = Math.round(total) - seats.reduce((sum, seat) => sum + seat, 0);
  const remainder = (k: number): number => (quotas[k] ?? 0) - (seats[k] ?? 0);
  const neediest = [...sizes.keys()].sort((a, b) => remainder(b) - remainder(a) || a - b);
  for (const k of neediest.slice(0, left)) seats[k] = (seats[k] ?? 0) + 1;
  return seats.map((seat, k) => Math.min(Math.max(seat, 1), (sizes[k] ?? 0) - 1));
}

/** Positions of patients, by ID where there are IDs. */
export function patientOrder(count: number, ids: readonly string[] | undefined): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  if (ids === undefined) return order;
  checkSameLength('labels', { length: count }, 'ids', ids);
  order.sort((a, b) => compareCodePoints(ids[a] ?? '', ids[b] ?? ''));
  for (let i = 1; i < order.length; i++) {
    const id = ids[order[i] as number];
    if (id === ids[order[i - 1] as number]) throw new StatsInputError(`patient ${id} occurs twice in ids`);
  }
  return order;
}

/** Patients of each class in the given order, classes ascending. */
function patientsByClass(labels: Numbers, order: readonly number[]): Map<number, number[]> {
  const classes = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  return new Map(classes.map((label) => [label, order.filter((i) => labels[i] === label)]));
}
