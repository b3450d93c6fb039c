import { parse } from 'yaml';
import { readText } from '../text.ts';

/** The `section.key` paths that a configuration file itself sets, defaults aside; `parseConfig` has found it valid. */
export function configKeysIn(path: string): string[] {
  const values: unknown = parse(readText(path), { merge: true, logLevel: 'error' });
  return entries(values).flatMap(([section, keys]) => entries(keys).map(([key]) => `${section}.${key}`));
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}
