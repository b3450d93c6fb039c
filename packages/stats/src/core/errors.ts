/**
 * A caller's mistake: lengths that differ, a NaN score, a label outside the classes. Conditions of the data
 * (one class only, too few patients) are never thrown; they are an `Absent` with the reason.
 */
export class StatsInputError extends Error {
  override readonly name: string = 'StatsInputError';
}
