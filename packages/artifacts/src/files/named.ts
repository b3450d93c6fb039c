import { type ErrorDetails, UsageError } from '../errors.ts';
import { isAddress } from '../object-place.ts';
import { existsSync, statSync } from './files.ts';

/**
 * Refuses a place that somebody names and that is not there, or is a folder where a file is meant or the other way round: a slip of
 * the command line or configuration, whatever is wrong with data has other errors.
 *
 * @param flag How it was named, such as `--model`.
 * @param details What is better said than the usual.
 * @returns the path.
 * @throws UsageError `E_FILE_MISSING`.
 */
export function requireNamed(
  kind: 'file' | 'folder',
  path: string,
  flag: string,
  details: ErrorDetails = {},
): string {
  const refuse = (what: string): never => {
    throw new UsageError('E_FILE_MISSING', what, { where: path, hint: `Correct ${flag}`, ...details });
  };
  if (isAddress(path)) refuse('only files and folders of this machine can be named here');
  if (!existsSync(path)) refuse(`there is no such ${kind}`);
  if (statSync(path).isDirectory() === (kind === 'folder')) return path;
  return refuse(
    kind === 'file' ? 'a file is needed here, not a folder' : 'a folder is needed here, not a file',
  );
}
