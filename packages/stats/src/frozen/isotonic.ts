import { checkProbabilities, checkScored, type Numbers, needBothClasses } from '../core/checks.ts';
import type { Outcome } from '../core/estimate.ts';
import { sortedOrder } from '../core/order.ts';
import { type Frozen, freeze } from './frozen.ts';
import { homeRows, type ScoredRow } from './rows.ts';

/** A run of equal fitted values. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly mean: number;
}

/**
 * Isotonic calibration (Zadrozny & Elkan 2002): pool-adjacent-violators, linear between knots and constant outside,
 * as scikit-learn's `IsotonicRegression(out_of_bounds='clip')`.
 */
export function freezeIsotonic(rows: readonly ScoredRow[]): Outcome<Frozen<'isotonic'>> {
  const fittedOn = homeRows('isotonic calibrator', rows);
  const labels = rows.map((row) => row.label);
  const probabilities = rows.map((row) => row.probability);
  checkProbabilities('probabilities', probabilities);
  const missing = needBothClasses(checkScored(labels, probabilities), 'isotonic calibration');
  if (missing !== undefined) return missing;
  const blocks: Block[] = [];
  for (const point of points(labels, probabilities)) {
    let block = point;
    let before = blocks.at(-1);
    while (before !== undefined && before.mean >= block.mean) {
      blocks.pop();
      block = pool(before, block);
      before = blocks.at(-1);
    }
    blocks.push(block);
  }
  const knots = blocks.flatMap(({ from, to, mean }) =>
    from === to
      ? [[from, mean]]
      : [
          [from, mean],
          [to, mean],
        ],
  );
  const x = knots.map(([at]) => at as number);
  const y = knots.map(([, mean]) => mean as number);
  return { value: freeze('isotonic', { x, y }, fittedOn) };
}

export function applyIsotonic(frozen: Frozen<'isotonic'>, probabilities: Numbers): Float64Array {
  checkProbabilities('probabilities', probabilities);
  const { x, y } = frozen.value;
  return Float64Array.from(probabilities, (p) => {
    const right = x.findIndex((knot) => knot >= p);
    if (right < 0) return y.at(-1) as number;
    if (right === 0) return y[0] as number;
    const [x0, x1] = [x[right - 1] as number, x[right] as number];
    const [y0, y1] = [y[right - 1] as number, y[right] as number];
    return y0 + ((p - x0) / (x1 - x0)) * (y1 - y0);
  });
}

/** The distinct probabilities, ascending, with the share of positive patients at each. */
function points(labels: Numbers, probabilities: Numbers): Block[] {
  const distinct: Block[] = [];
  for (const i of sortedOrder(probabilities)) {
    const at = probabilities[i] as number;
    const point = { from: at, to: at, weight: 1, mean: labels[i] as number };
    const last = distinct.at(-1);
    if (last?.to === at) distinct[distinct.length - 1] = pool(last, point);
    else distinct.push(point);
  }
  return distinct;
}

function pool(left: Block, right: Block): Block {
  const weight = left.weight + right.weight;
  const mean = (left.mean * left.weight + right.mean * right.weight) / weight;
  return { from: left.from, to: right.to, weight, mean };
}
