import { DataError, UsageError } from '@radweave/artifacts';
import type { Findings } from './findings.ts';

/** Data faults that only say that something is no longer there. */
const MISSING = ['E_FILE_MISSING', 'E_FEATURES_TORN'];

/**
 * Repeats a part of the work. If it fails, that is reported as a finding, not thrown: what is missing cannot be verified, and
 * data that are refused now are not those of the run.
 *
 * @param part For the report, such as `fusion`.
 * @param copied Folder in which the work was done, and the run's own folder, for the messages.
 */
export async function attempt(
  findings: Findings,
  part: string,
  work: () => Promise<void> | void,
  copied?: readonly [from: string, to: string],
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof DataError)) throw error;
    const text = copied === undefined ? error.message : error.message.replaceAll(...copied);
    // The settings are the run's own: what a stage finds wrong with them is that a run or folder is gone.
    const isMissing = error instanceof UsageError || MISSING.includes(error.code);
    if (isMissing) findings.missing.push(`${part}: ${text}`);
    else findings.differ(part, '', '', 'finished', `refused: ${text}`);
  }
}
