import type { CaseOptions, Variant } from './case.ts';
import type { Outcome, Value } from './evaluate.ts';

/** Largest difference allowed, as a part of the largest absolute value of the reference. */
const TOLERANCE: Record<Variant, number> = {
  float32: 1e-5,
  strided: 1e-5,
  channelsLast: 1e-5,
  bfloat16: 2e-2,
  autocast: 2e-2,
};

/** The scale of results that are nothing but rounding, such as a gradient that cancels to 1e-9. */
const SMALLEST_SCALE = 1e-3;

/** What differs between our outcome and Python's, a line each; empty when they agree. */
export function differences(
  ours: Outcome,
  theirs: Outcome,
  variant: Variant,
  options: CaseOptions,
  sameVersion: boolean,
): string[] {
  if (options.rejects?.includes(variant)) {
    return (typeof ours === 'string' || !sameVersion) && typeof theirs === 'string'
      ? []
      : [`expected to fail: here ${brief(ours)}, in Python ${brief(theirs)}`];
  }
  if (typeof ours === 'string' || typeof theirs === 'string') {
    return [`here ${brief(ours)}, in Python ${brief(theirs)}`];
  }
  const names = ours.map((v) => v.name).join(', ');
  const theirNames = theirs.map((v) => v.name).join(', ');
  if (names !== theirNames) return [`here ${names}, in Python ${theirNames}`];
  const tolerance = options.exact ? 0 : TOLERANCE[variant];
  return ours.flatMap((value, i) => {
    const other = theirs[i];
    const problem = other && valueDifference(value, other, tolerance);
    return problem ? [`${value.name}: ${problem}`] : [];
  });
}

function brief(outcome: Outcome): string {
  return typeof outcome === 'string' ? `it failed (${outcome.slice(0, 200)})` : 'it worked';
}

function valueDifference(ours: Value, theirs: Value, tolerance: number): string | undefined {
  const type = (v: Value): string => `${v.dtype}[${v.shape}]`;
  if (type(ours) !== type(theirs)) return `${type(ours)} here, ${type(theirs)} in Python`;
  const isResult = ours.name.startsWith('result');
  if (isResult && String(ours.strides) !== String(theirs.strides)) {
    return `strides ${ours.strides} here, ${theirs.strides} in Python`;
  }
  return numberDifference(ours.values, theirs.values, tolerance);
}

function numberDifference(ours: Float64Array, theirs: Float64Array, tolerance: number): string | undefined {
  let scale = SMALLEST_SCALE;
  for (const value of theirs) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  for (const [i, mine] of ours.entries()) {
    const other = theirs[i] ?? Number.NaN;
    const same = Object.is(mine, other) || mine === other;
    if (!same && !(Math.abs(mine - other) <= tolerance * scale)) {
      return `element ${i} is ${mine} here, ${other} in Python (tolerance ${tolerance} of ${scale})`;
    }
  }
  return undefined;
}
