import { DataError, UsageError } from '@radweave/artifacts';
import type { Findings } from './findings.ts';

/** Data faults that only say that something is no longer there. */
const MISSING = ['E_FILE_MISSING', 'E_NO_FEATURES'];

/**
 * Does a part of the work again. That it can no longer be done is a finding: what is missing was not verified, and data
 * that are refused now are not those the run was made from.
 *
 * @param part For the report, such as `fusion`.
 */
export async function attempt(
  findings: Findings,
  part: string,
  work: () => Promise<void> | void,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    // The settings are the run's own: what a stage finds wrong with them is that a run or folder is gone.
    if (error instanceof UsageError) findings.unverified.push(`${part}: ${error.message}`);
    else if (!(error instanceof DataError)) throw error;
    else if (MISSING.includes(error.code)) findings.unverified.push(`${part}: ${error.message}`);
    else findings.differ(part, '', '', 'finished', `refused: ${error.message}`);
  }
}
