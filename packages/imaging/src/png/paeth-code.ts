import {
  addSaturated,
  type Code,
  choose,
  get,
  larger,
  notBelow,
  set,
  smaller,
  subtractSaturated,
} from '../wasm/assemble.ts';

/** Vectors that {@link paethOf} needs. */
export const PAETH_VECTORS = 4;

/**
 * Paeth's predictor of the bytes to the left, above, and above to the left, without its case distinction: a + b − c is nearest to the
 * larger of a and b when c is not above the smaller by more than half of what it is below the larger, and the other way round;
 * otherwise to c.
 *
 * @param spare The first of the locals that it uses.
 * @returns what is to be done first, and the prediction.
 */
export function paethOf(a: Code, b: Code, c: Code, spare: number): { first: Code; prediction: Code } {
  const [low, high, rise, fall] = [spare, spare + 1, spare + 2, spare + 3];
  const first = [
    set(low, smaller(a, b)),
    set(high, larger(a, b)),
    set(rise, subtractSaturated(get(high), c)),
    set(fall, subtractSaturated(c, get(low))),
  ];
  const isHigh = notBelow(get(rise), addSaturated(get(fall), get(fall)));
  const isLow = notBelow(get(fall), addSaturated(get(rise), get(rise)));
  return { first, prediction: choose(isHigh, get(high), choose(isLow, get(low), c)) };
}
