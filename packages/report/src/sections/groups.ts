import type { CohortPatient } from '@radweave/artifacts';
import { quantile } from '@radweave/stats';
import type { ReportContext } from '../context.ts';
import { NOT_AVAILABLE } from '../format.ts';

/** Patients that make a column of a table. */
export interface Group {
  name: string;
  patients: CohortPatient[];
}

/** The home hospital's sets, then each external hospital. */
export function groupsOf({ data, words }: ReportContext): Group[] {
  const home = (['train', 'val'] as const).map((split) => ({
    name: words.items([data.evaluation.home_hospital, words.splits[split]]),
    patients: data.cohort.filter((one) => one.split === split),
  }));
  return [...home, ...hospitalsOf(data.cohort.filter(({ split }) => split === 'test'))];
}

export function hospitalsOf(cohort: readonly CohortPatient[]): Group[] {
  const names = [...new Set(cohort.map(({ hospital }) => hospital))].sort();
  return names.map((name) => ({ name, patients: cohort.filter(({ hospital }) => hospital === name) }));
}

/** `5 (4–7)`; as in intervals, no dash before a minus. */
export function medianText(values: readonly number[]): string {
  if (values.length === 0) return NOT_AVAILABLE;
  // One patient has no quartiles.
  if (values.length === 1) return trimmed(values[0] ?? 0);
  const sorted = Float64Array.from(values).sort();
  const [low = 0, middle = 0, high = 0] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  return `${trimmed(middle)} (${[low, high].map(trimmed).join(low < 0 ? ', ' : '–')})`;
}

/** One decimal; of numbers below 1, such as diffusion coefficients, two digits that count. */
function trimmed(value: number): string {
  if (Number.isInteger(value)) return String(value).replace('-', '−');
  return (Math.abs(value) < 1 ? value.toPrecision(2) : value.toFixed(1)).replace('-', '−');
}
