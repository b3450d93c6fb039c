/** A point on the search line: the step, the function's value there and its slope along the line. */
export interface LinePoint {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAX_TRIALS = 40;
/** Values closer than this (relative) differ by rounding only; the decrease condition then cannot be checked. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * A step that meets the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6, with cubic
 * interpolation). Near the minimum, where the decrease drowns in rounding, the curvature condition decides (the
 * idea of Hager & Zhang 2005).
 *
 * @param evaluate value and slope at a step; the accepted step is always the last one evaluated.
 * @param slopeAtStart must be negative.
 * @returns undefined when no step is found.
 */
export function strongWolfeStep(
  evaluate: (step: number) => LinePoint,
  valueAtStart: number,
  slopeAtStart: number,
  firstStep: number,
): LinePoint | undefined {
  const slack = ROUNDING * Math.abs(valueAtStart);
  const decreases = (point: LinePoint): boolean =>
    point.value <= valueAtStart + SUFFICIENT_DECREASE * point.step * slopeAtStart + slack;
  const accepted = (point: LinePoint): boolean =>
    decreases(point) && Math.abs(point.slope) <= -CURVATURE * slopeAtStart;

  const zoom = (from: LinePoint, to: LinePoint, trials: number): LinePoint | undefined => {
    let low = from;
    let high = to;
    for (let trial = 0; trial < trials; trial++) {
      const here = evaluate(cubicMinimum(low, high));
      if (accepted(here)) return here;
      if (!decreases(here) || here.value > low.value + slack) {
        high = here;
      } else {
        if (here.slope * (high.step - low.step) >= 0) high = low;
        low = here;
      }
    }
    return undefined;
  };

  let previous: LinePoint = { step: 0, value: valueAtStart, slope: slopeAtStart };
  let step = firstStep;
  for (let trial = 1; trial <= MAX_TRIALS; trial++) {
    const here = evaluate(step);
    if (accepted(here)) return here;
    if (!decreases(here) || here.value > previous.value + slack) return zoom(previous, here, MAX_TRIALS);
    if (here.slope >= 0) return zoom(here, previous, MAX_TRIALS);
    previous = here;
    step *= 2;
  }
  return undefined;
}

/** The minimiser of the cubic through both points and slopes, kept off the ends of the interval. */
function cubicMinimum(a: LinePoint, b: LinePoint): number {
  const width = b.step - a.step;
  const secant = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const root = Math.sign(width) * Math.sqrt(secant * secant - a.slope * b.slope);
  const share = 1 - (b.slope + root - secant) / (b.slope - a.slope + 2 * root);
  const inside = Number.isFinite(share) ? Math.min(0.9, Math.max(0.1, share)) : 0.5;
  return a.step + inside * width;
}
