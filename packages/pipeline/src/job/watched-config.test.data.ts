import type { Config } from '@radweave/artifacts';

/** What a watched object stands for, and how another one is watched like it. */
const watched = new WeakMap<object, { plain: object; likewise: (other: object) => object }>();

const plainClone = globalThis.structuredClone;

/** Clones of what is watched are watched too, unless they are made to be written down. */
globalThis.structuredClone = ((value: object): unknown => {
  if (isOfTheWhole()) return plainClone(unwatched(value));
  const known = watched.get(value);
  if (known !== undefined) return known.likewise(plainClone(known.plain));
  const isHolder = Object.values(Object(value)).some((part) => watched.has(Object(part)));
  if (!isHolder) return plainClone(value);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, structuredClone(part)]));
}) as typeof structuredClone;

/** What can be asked without being told of. */
export function unwatched<T extends object>(value: T): T {
  const plain = watched.get(value)?.plain ?? value;
  if (!Object.values(plain).some((part) => watched.has(Object(part)))) return plain as T;
  return Object.fromEntries(
    Object.entries(plain).map(([key, part]) => [key, watched.get(Object(part))?.plain ?? part]),
  ) as T;
}

/** Functions that take a configuration as one whole, to check it or to hand it on: nothing depends on what they ask for. */
const OF_THE_WHOLE = /\bat (checkConfig|configToYaml|sharedConfig) /;

function isOfTheWhole(): boolean {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return OF_THE_WHOLE.test(stack);
}

/**
 * A configuration that tells which of its keys are asked for: by name, or with all of their section, in a copy of it, too. What a
 * stage has changed in it is not asked for.
 */
export function watchedConfig<T extends object = Config>(config: T, tell: (key: string) => void): T {
  const sections = new Map<string, object>();
  return reader(
    config,
    (section) => {
      const value: unknown = Reflect.get(config, section);
      if (typeof value !== 'object' || value === null) return value;
      const known = sections.get(section) ?? watchedSection(section, value, tell);
      sections.set(section, known);
      return known;
    },
    (other) => watchedConfig(other, tell),
  );
}

function watchedSection<T extends object>(section: string, values: T, tell: (key: string) => void): T {
  return reader(
    values,
    (key) => {
      if (!isOfTheWhole()) tell(`${section}.${key}`);
      return Reflect.get(values, key);
    },
    (other) => watchedSection(section, other, tell),
  );
}

function reader<T extends object>(
  target: T,
  get: (key: string) => unknown,
  likewise: (other: object) => object,
): T {
  const changed = new Set<string | symbol>();
  const proxy = new Proxy(target, {
    set: (_, key, value) => {
      changed.add(key);
      return Reflect.set(target, key, value);
    },
    get: (_, key) => {
      const isKey = typeof key === 'string' && Object.hasOwn(target, key) && !changed.has(key);
      return isKey ? get(key) : Reflect.get(target, key);
    },
  });
  watched.set(proxy, { plain: target, likewise });
  return proxy;
}
