import type { Findings } from './findings.ts';
import { compareNumbers } from './numbers.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Of these the numbers do not tell: they are remarks, or places and hashes of files that are compared themselves and may lie
 * elsewhere.
 */
const IGNORED = ['versions', 'finished', 'time', 'root_dir', 'hashes', 'findings', 'warnings'];
/** Words about the numbers, which every version may choose anew; and where a file lies, whose hash stands beside it. */
const REMARKS = ['note', 'notes', 'path'];

/**
 * Compares two JSON values, naming each difference by its path, such as `classifiers[fused].coef[0][3]`.
 *
 * @returns how many numbers differ by rounding alone.
 */
export function compareJson(
  findings: Findings,
  file: string,
  saved: unknown,
  now: unknown,
  path = '',
): number {
  if (typeof saved === 'number' && typeof now === 'number') {
    const likeness = compareNumbers(saved, now);
    if (likeness === 'different') findings.differ(file, '', path, saved, now);
    return likeness === 'rounding' ? 1 : 0;
  }
  if (Array.isArray(saved) && Array.isArray(now)) {
    if (saved.length !== now.length) {
      findings.differ(file, '', path, `${saved.length} entries`, `${now.length} entries`);
    }
    const both = saved.slice(0, now.length);
    return sum(
      both.map((one, i) => compareJson(findings, file, one, now[i], `${path}[${nameOf(one) ?? i}]`)),
    );
  }
  if (isFields(saved) && isFields(now)) {
    // A file of an older format lacks what was added since: what it has is compared.
    const isOlder = path === '' && Number(saved.format) < Number(now.format);
    const names = Object.keys(isOlder ? saved : { ...saved, ...now });
    const kept = names.filter((name) => {
      if (REMARKS.includes(name) || (isOlder && name === 'format')) return false;
      return path !== '' || !IGNORED.includes(name);
    });
    return sum(
      kept.map((name) =>
        compareJson(findings, file, saved[name], now[name], path === '' ? name : `${path}.${name}`),
      ),
    );
  }
  if (saved !== now) findings.differ(file, '', path, saved, now);
  return 0;
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
