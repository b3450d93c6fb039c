import { parse } from 'yaml';
import { IssueCollector } from '../issues.ts';
import { checkConfig, suggestKey } from './check.ts';
import { type ConfigKey, findConfigKey } from './describe.ts';
import type { Config } from './types.ts';

/** `section.key` and its value as typed; a list for flags that take several values. */
export type Override = readonly [path: string, value: string | readonly string[]];

function readValue(key: ConfigKey, value: string | readonly string[]): unknown {
  if (key.type === 'list of text') {
    const items =
      typeof value === 'string'
        ? value.replace(/^\[(.*)\]$/s, '$1').split(',')
        : value.flatMap((item) => item.split(','));
    return items.map((item) => item.trim());
  }
  const typed = typeof value === 'string' ? value : value.join(',');
  if (key.type === 'text') return typed;
  if (key.type === 'text or null') return typed === 'null' ? null : typed;
  const isList = key.type.includes('list') && typed.includes(',') && !typed.startsWith('[');
  try {
    return parse(isList ? `[${typed}]` : typed);
  } catch {
    // Not YAML: the text itself is shown in the error about its type.
    return typed;
  }
}

/**
 * Sets keys from the command line (`--set section.key=value`, or flags). Text stays text (`007`), lists are written
 * `A,P` or `[A, P]`.
 *
 * @param label How the user gave a key, for errors; `--set section.key` by default.
 * @returns a new configuration; the given one is not changed.
 * @throws UsageError as `checkConfig`.
 */
export function applyOverrides(
  config: Config,
  overrides: readonly Override[],
  label: (path: string) => string = (path) => `--set ${path}`,
): Config {
  const issues = new IssueCollector();
  const changed: Record<string, unknown> = structuredClone({ ...config });
  for (const [path, value] of overrides) {
    const key = findConfigKey(path);
    if (key === undefined) {
      issues.error('E_CONFIG_KEY', `there is no key '${path}'`, label(path), suggestKey(path.split('.')));
      continue;
    }
    changed[key.section] = { ...(changed[key.section] as object), [key.key]: readValue(key, value) };
  }
  return checkConfig(
    changed,
    'the settings on the command line cannot be used',
    (path) => label(path.join('.')),
    issues,
  );
}
