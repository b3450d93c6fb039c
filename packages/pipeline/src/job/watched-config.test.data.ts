import type { Config } from '@radweave/artifacts';

/** What to do with a clone of a watched object. */
const watched = new WeakMap<object, (clone: (value: unknown) => unknown) => object>();

const plainClone = globalThis.structuredClone;

/** Clones of what is watched are watched too. */
globalThis.structuredClone = ((value: object): unknown => {
  const again = watched.get(value);
  if (again !== undefined) return again(plainClone);
  const isHolder = Object.values(Object(value)).some((part) => watched.has(Object(part)));
  if (!isHolder) return plainClone(value);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, structuredClone(part)]));
}) as typeof structuredClone;

/**
 * A configuration that tells which of its keys are asked for: by name, or with all of their section. Who writes the whole
 * configuration down asks for none, and what a stage has changed in it is not asked for either.
 */
export function watchedConfig<T extends object = Config>(config: T, tell: (key: string) => void): T {
  const sections = new Map<string, object>();
  const proxy = reader(config, (section, isEnumerated) => {
    const value: unknown = Reflect.get(config, section);
    if (isEnumerated || typeof value !== 'object' || value === null) return value;
    const known = sections.get(section) ?? watchedSection(section, value, tell);
    sections.set(section, known);
    return known;
  });
  watched.set(proxy, (clone) => watchedConfig(Object(clone(config)), tell));
  return proxy;
}

function watchedSection<T extends object>(section: string, values: T, tell: (key: string) => void): T {
  const proxy = reader(values, (key) => {
    tell(`${section}.${key}`);
    return Reflect.get(values, key);
  });
  watched.set(proxy, (clone) => watchedSection(section, Object(clone(values)), tell));
  return proxy;
}

/** `get` is told whether the key is asked for among all: then its descriptor was asked for before. */
function reader<T extends object>(target: T, get: (key: string, isEnumerated: boolean) => unknown): T {
  const described = new Set<string | symbol>();
  const changed = new Set<string | symbol>();
  return new Proxy(target, {
    ownKeys: () => {
      described.clear();
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor: (_, key) => {
      described.add(key);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    set: (_, key, value) => {
      changed.add(key);
      return Reflect.set(target, key, value);
    },
    get: (_, key) => {
      const isEnumerated = described.delete(key);
      const isKey = typeof key === 'string' && Object.hasOwn(target, key) && !changed.has(key);
      return isKey ? get(key, isEnumerated) : Reflect.get(target, key);
    },
  });
}
