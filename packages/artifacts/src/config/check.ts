import { knownAs, meant, nearest } from '@radweave/remarks';
import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { IssueCollector, SHOWN } from '../issues.ts';
import { describeConfig, findConfigKey } from './describe.ts';
import { configSchema, SECTIONS } from './schema.ts';
import type { Config } from './types.ts';

/** Where a key of the configuration was given, e.g. `config.yaml, line 12`. */
export type Locate = (path: readonly PropertyKey[]) => string | undefined;

const TOP_LEVEL: readonly string[] = [...Object.keys(SECTIONS), 'record'];

/** The hint for a key that does not exist: the nearest one of its section, or of another where that fits exactly. */
export function suggestKey(path: readonly PropertyKey[]): string {
  const parts = path.map(String);
  const typed = parts.at(-1) ?? '';
  const all = describeConfig();
  const keys = all.map(({ key }) => key);
  const name = keys.includes(typed) ? typed : knownAs(typed, keys);
  const same = all.filter(({ section }) => section === parts[0]);
  const candidates = same.length > 0 ? same : all;
  const called = ({ key }: (typeof all)[number]): boolean => key === name;
  const paths = all.map((one) => one.path);
  const found = same.find(called)?.path ?? knownAs(typed, paths) ?? all.find(called)?.path;
  const known = parts.length === 1 ? TOP_LEVEL : candidates.map((one) => one.path);
  return `Did you mean '${found ?? nearest(parts.join('.'), known)}'?`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function shown(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch {
    // An alias within what its anchor marks.
    return 'a value that contains itself';
  }
}

function report(issues: IssueCollector, issue: z.core.$ZodIssue, value: unknown, locate: Locate): void {
  if (issue.code === 'unrecognized_keys') {
    for (const [i, key] of issue.keys.entries()) {
      const path = [...issue.path, key];
      // Places and hints take their time: only those that are shown are looked for.
      const told = i < SHOWN ? [locate(path), suggestKey(path)] : [];
      issues.error('E_CONFIG_KEY', `there is no key '${path.join('.')}'`, ...told);
    }
    return;
  }
  const known = findConfigKey(issue.path.slice(0, 2).join('.'));
  const path = known === undefined ? issue.path : issue.path.slice(0, 2);
  const found = shown(valueAt(value, path));
  if (known === undefined || issue.code === 'custom') {
    const text =
      known === undefined ? `${path.join('.') || 'the file'} is ${found}: ${issue.message}` : issue.message;
    issues.error('E_CONFIG_VALUE', text, locate(path));
    return;
  }
  const allowed = known.allowed === '' ? '' : ` (${known.allowed})`;
  const scalars = [valueAt(value, path)].flat();
  const wantsText =
    known.type.includes('text') && scalars.some((item) => /^(number|boolean)$/.test(typeof item));
  const near =
    issue.code === 'invalid_value' && meant(String(valueAt(value, issue.path)), issue.values.map(String));
  const hint = wantsText
    ? 'Put text that looks like a number or a truth value in quotes'
    : near
      ? `Did you mean '${near}'?`
      : undefined;
  issues.error(
    'E_CONFIG_VALUE',
    `${known.path} is ${found}, expected ${known.type}${allowed}`,
    locate(path),
    hint,
  );
}

/**
 * Validates a configuration and fills in defaults.
 *
 * @param heading First line of the error.
 * @throws UsageError `E_CONFIG_KEY` or `E_CONFIG_VALUE` that lists every unknown key (with the nearest valid one) and
 *   every wrong value (with what is expected).
 */
export function checkConfig(
  value: unknown,
  heading: string,
  locate: Locate,
  issues: IssueCollector = new IssueCollector(),
): Config {
  const parsed = configSchema.safeParse(value ?? {});
  if (!parsed.success) for (const issue of parsed.error.issues) report(issues, issue, value, locate);
  issues.throwIfErrors(heading, UsageError);
  if (!parsed.success) throw new Error('a failed parse has issues');
  return parsed.data;
}
