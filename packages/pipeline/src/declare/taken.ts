import { inspect } from 'node:util';
import { type Config, configure, UsageError } from '@radweave/artifacts';
import { and, offer } from '@radweave/remarks';
import { z } from 'zod';

/** The options of a function of a script, by name; the compiler holds them to its types. */
export type Takes<Options> = { readonly [Name in keyof Options]-?: z.ZodType<Options[Name]> };

/** A configuration, whether or not `configure` has made it. */
export const config: z.ZodType<Config> = z.looseObject({}).transform((given) => configure(given));
export const text = z.string();
export const texts = z.array(text);
/** Texts by modality. */
export const names = z.record(text, text);
export const truth = z.boolean();
export const number = z.union([z.number(), text], 'a number');
export const list = z.array;
export const fields = z.strictObject;

/** An object that is looked at by whoever takes it. */
export const object = <T>() => z.custom<T>((value) => typeof value === 'object', 'an object');

export const listener = <T extends (...args: never[]) => void>() =>
  z.custom<T>((value) => typeof value === 'function', 'a function');
export const signal = z.instanceof(AbortSignal, { error: 'an AbortSignal' });

/** A whole number of at least so many. */
export const from = (least: number) => z.int().min(least);

export const word = <const Words extends (string | number)[]>(...words: Words) => z.literal(words);

export const either = <A extends z.ZodType, B extends z.ZodType>(one: A, other: B) =>
  z.union([one, other], 'one of its two forms');

/** What a command tells a stage of how it was called; a script need not know of it. */
const OF_COMMANDS = new Set(['given', 'inFile']);

/** How a type of zod is called here. */
const SAID: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a text',
};

/**
 * What a script has given to a function, over what it does by default; what is undefined counts as not given.
 *
 * @param where The function, as a script calls it.
 * @param defaults What is not given, by what is.
 * @throws UsageError `E_STAGE_OPTIONS` for a name that it does not know, another type, or nothing where something must be given; as
 *   `configure` for a configuration.
 */
export function takenOptions<Options extends object>(
  where: string,
  given: unknown,
  takes: Takes<Options>,
  defaults: (given: Partial<Options>) => object = () => ({}),
): Options {
  if (typeof given !== 'object' || given === null)
    throw refused(where, { said: `takes an object of options, not ${inspect(given)}` });
  const known: readonly [string, z.ZodType][] = Object.entries(takes);
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = z.strictObject(takes).partial().safeParse(told);
  if (!parsed.success) throw refused(where, fault(parsed.error.issues, told, Object.keys(takes)));
  const all: Record<string, unknown> = { ...defaults(parsed.data as Partial<Options>), ...parsed.data };
  const missing = known.flatMap(([name, { _zod }]) =>
    all[name] === undefined && _zod.optin !== 'optional' ? [name] : [],
  );
  requireTold(where, missing);
  return all as Options;
}

/** @throws UsageError `E_STAGE_OPTIONS` where any name is missing. */
export function requireTold(where: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const hint = `Add { ${missing.map((name) => `${name}: …`).join(', ')} } to its options`;
  throw refused(where, { said: `is not told its ${and(missing)}`, hint });
}

function refused(where: string, { said, hint }: Fault): UsageError {
  return new UsageError('E_STAGE_OPTIONS', `${where} ${said}`, { where, hint });
}

interface Fault {
  said: string;
  hint?: string | undefined;
}

/** The first name that is strange, or else the first value. */
function fault(issues: readonly z.core.$ZodIssue[], given: object, known: readonly string[]): Fault {
  const strange = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (strange !== undefined) {
    const [name = ''] = strange.keys;
    const said = `has no option '${[...strange.path, name].join('.')}'`;
    const offered = known.filter((one) => !OF_COMMANDS.has(one));
    return strange.path.length > 0 ? { said } : { said, hint: offer(name, offered) };
  }
  const [wrong] = issues;
  if (wrong === undefined) throw new TypeError('a failed parse has issues');
  const told = wrong.path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), given);
  const { said, hint } = expected(wrong, told);
  return { said: `is told ${inspect(told)} as ${wrong.path.join('.')}, which must be ${said}`, hint };
}

function expected(issue: z.core.$ZodIssue, value: unknown): Fault {
  if (issue.code === 'invalid_type') return { said: SAID[issue.expected] ?? issue.expected };
  if (issue.code === 'too_small') return { said: `at least ${issue.minimum}` };
  if (issue.code !== 'invalid_value') return { said: issue.message };
  const words = issue.values.map(String);
  return { said: `one of ${words.join(', ')}`, hint: offer(String(value), words) };
}

/** The configuration that comes before the options of a function. @throws UsageError as `takenOptions`. */
export function takenConfig(where: string, given: Config): Config {
  requireFirst(
    where,
    given,
    typeof given === 'object' && given !== null,
    'a configuration',
    'configure({ … })',
  );
  return takenOptions(where, { config: given }, { config }).config;
}

/**
 * Refuses what comes before the options of a function, unless it is one of its kind.
 *
 * @param what It must be, and `call` how that is written.
 * @throws UsageError `E_STAGE_OPTIONS`.
 */
export function requireFirst(
  where: string,
  given: unknown,
  isOne: boolean,
  what: string,
  call: string,
): void {
  if (isOne) return;
  throw refused(where, { said: `takes ${what}, not ${inspect(given)}`, hint: `Call ${where}(${call})` });
}
