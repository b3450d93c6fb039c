// Rows of an earlier call: a whole run takes more than an hour, so that it may be done in parts.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What an earlier call left in `folder`; null when there is nothing.
 *
 * @throws Error when it was measured on another machine or in another way: such rows do not belong in one table.
 */
export function readEarlier(folder, machine, settings) {
  const path = join(folder, 'benchmarks.json');
  if (!existsSync(path)) return null;
  const earlier = JSON.parse(readFileSync(path, 'utf8'));
  const now = { ...machine, ...settings };
  const then = { ...earlier.machine, ...earlier.settings };
  const other = ['cpu', 'cores', 'quick', 'workers'].filter((key) => now[key] !== then[key]);
  if (other.length === 0) return earlier;
  const told = other.map((key) => `${key} ${then[key]} then, ${now[key]} now`).join('; ');
  throw new Error(`${path} is of another kind of run (${told}): give another --output, or leave out --keep`);
}

/** Rows of both calls in the order of `names`; what was measured now takes the place of what was there. */
export function mergeRows(names, earlier, now) {
  // A job and its memory have one rank: sorting keeps the order in which they come.
  const key = ({ name, of, beside }) => JSON.stringify([name, of, beside]);
  const all = new Map([...(earlier?.rows ?? []), ...now].map((row) => [key(row), row]));
  const rank = ({ name, of }) => names.indexOf(of ?? name);
  return [...all.values()].sort((a, b) => rank(a) - rank(b));
}
