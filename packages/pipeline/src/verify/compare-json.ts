import { counted } from '@radweave/remarks';
import type { Findings } from './findings.ts';
import { compareNumbers } from './numbers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Left out of the comparison: remarks, and places and hashes of what is compared itself, which may lie elsewhere or differ by rounding. */
const IGNORED = [
  'hash',
  'versions',
  'finished',
  'time',
  'root_dir',
  'made_with',
  'hashes',
  'findings',
  'warnings',
];
/** Words about the numbers, which every version may choose again; and where a file lies, whose hash stands beside it. */
const REMARKS = ['note', 'notes', 'path'];

/** Added within a format: files of earlier versions lack them. */
const LATER = ['features_sha256', 'confidence_level', 'roc_bands'];

/** Of a list of files that were read: what an older version read besides is not a difference. */
const INPUTS = 'inputs';

/**
 * Compares two JSON values, naming each difference by its path, such as `classifiers[fused].coef[0][3]`. A file of an older
 * format lacks what was added since: what it has is compared.
 *
 * @param otherwise paths of what an earlier version computed otherwise, which is not compared.
 * @returns how many numbers differ by rounding alone.
 */
export function compareJson(
  findings: Findings,
  file: string,
  saved: unknown,
  now: unknown,
  otherwise?: RegExp,
): number {
  const isOlder = isFields(saved) && isFields(now) && Number(saved.format) < Number(now.format);
  return compareValues({ findings, file, isOlder, otherwise }, saved, now, '');
}

interface Comparison {
  findings: Findings;
  file: string;
  isOlder: boolean;
  otherwise: RegExp | undefined;
}

function compareValues(comparison: Comparison, saved: unknown, now: unknown, path: string): number {
  const { findings, file, isOlder, otherwise } = comparison;
  if (otherwise?.test(path)) return 0;
  if (typeof saved === 'number' && typeof now === 'number') {
    const likeness = compareNumbers(saved, now);
    if (likeness === 'different') findings.differ(file, '', path, saved, now);
    return likeness === 'rounding' ? 1 : 0;
  }
  if (Array.isArray(saved) && Array.isArray(now)) return compareLists(comparison, saved, now, path);
  if (isFields(saved) && isFields(now)) {
    const names = Object.keys(isOlder ? saved : { ...saved, ...now });
    const kept = names.filter((name) => {
      if (REMARKS.includes(name) || (isOlder && name === 'format')) return false;
      if (LATER.includes(name) && saved[name] === undefined) return false;
      return path !== '' || !IGNORED.includes(name);
    });
    const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
    return sum(kept.map((name) => compareValues(comparison, saved[name], now[name], below(name))));
  }
  if (saved !== now) findings.differ(file, '', path, saved, now);
  return 0;
}

/** Entry by entry in their order; where one list has more, each with the entry of its name. */
function compareLists(
  comparison: Comparison,
  saved: readonly unknown[],
  now: readonly unknown[],
  path: string,
): number {
  const { findings, file, isOlder } = comparison;
  const places = (list: readonly unknown[]): string[] => list.map((one, i) => nameOf(one) ?? String(i));
  const [before, after] = [places(saved), places(now)];
  const isNamed = saved.length !== now.length && [...saved, ...now].every((one) => nameOf(one) !== undefined);
  if (saved.length !== now.length && !(isOlder && path === INPUTS)) {
    findings.differ(
      file,
      '',
      path,
      counted(saved.length, 'entry', 'entries'),
      counted(now.length, 'entry', 'entries'),
    );
  }
  return sum(
    saved.map((one, i) => {
      const partner = isNamed ? after.indexOf(before[i] ?? '') : i;
      const isThere = partner !== -1 && partner < now.length;
      return isThere ? compareValues(comparison, one, now[partner], `${path}[${before[i]}]`) : 0;
    }),
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, one) => total + one, 0);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an entry of a list calls itself. */
function nameOf(entry: unknown): string | undefined {
  if (!isFields(entry)) return undefined;
  const names = [entry.name, entry.modality, entry.patient, entry.path];
  return names.find((name): name is string => typeof name === 'string');
}
