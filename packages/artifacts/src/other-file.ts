import { join } from 'node:path';
import { readHeader } from './csv.ts';
import { DataError, UsageError } from './errors.ts';
import { existsSync, readFileSync, statSync } from './files/files.ts';
import { hasColumn } from './find-columns.ts';

/**
 * Keeps whatever else has the name of a file to write.
 *
 * @param flag How another one is named.
 * @param what The file is to be, such as `a report of Radweave`.
 * @throws UsageError `E_OTHER_FILE`.
 */
export function refuseOther(path: string, flag: string, what: string, isOurs: Mark): void {
  if (!existsSync(path) || isOurs(path)) return;
  throw new UsageError('E_OTHER_FILE', `this is there already, and it is not ${what}`, {
    where: path,
    hint: `Give another place with ${flag}, or move it away`,
  });
}

/** What tells a file of ours from all others of its name; ours of every version. */
type Mark = (path: string) => boolean;

/**
 * As {@link refuseOther}, of files in a folder by name: it may be anyone's, and the names are common ones. A folder of such a name stays in
 * any case: no file takes its place.
 */
export function refuseOthers(
  folder: string,
  flag: string,
  what: string,
  marks: Readonly<Record<string, Mark>>,
): void {
  for (const [name, isOurs] of Object.entries(marks)) {
    refuseOther(join(folder, name), flag, what, (path) => statSync(path).isDirectory() || isOurs(path));
  }
}

export function tableWith(...columns: readonly string[]): Mark {
  return (path) => isTableOf(path, columns);
}

export function jsonWith(key: string): Mark {
  return (path) => hasKey(path, key);
}

/** A configuration as we write them: with every section. */
export function isConfigFile(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  return text.trim() === '' || /^experiment:$/m.test(text);
}

/** Whether a JSON file has this key; one that is damaged is made again. */
export function hasKey(path: string, key: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null && key in value;
  } catch (error) {
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

/** Whether a table has these columns; one without a header is made again. */
export function isTableOf(path: string, columns: readonly string[]): boolean {
  const header = firstLine(path);
  return header.length === 0 || columns.every((name) => hasColumn(header, [name]));
}

/** Nothing of a file that is no table. */
export function firstLine(path: string): readonly string[] {
  try {
    return readHeader(path);
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}
