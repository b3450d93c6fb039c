import { compareCodePoints } from '@radweave/stats';

/** All hospitals together, as tables name them. */
export const ALL_HOSPITALS = 'all';

/** Patients without a hospital (a user's own split) are counted under this name. */
const NO_HOSPITAL = 'unknown';

interface Located {
  hospital: string;
}

export function hospitalOf({ hospital }: Located): string {
  return hospital || NO_HOSPITAL;
}

/** The rows of a table by hospital: `all` and then each. */
export function hospitalsOf(patients: readonly Located[]): string[] {
  return [ALL_HOSPITALS, ...[...new Set(patients.map(hospitalOf))].sort(compareCodePoints)];
}

/** Whether someone belongs to a hospital; everyone belongs to `all`. */
export function isOf(hospital: string): (one: Located) => boolean {
  return (one) => hospital === ALL_HOSPITALS || hospitalOf(one) === hospital;
}
