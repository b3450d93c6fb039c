import { nearest } from '@radweave/remarks';
import type { ModelEntry, WeightsInfo } from '../entry/entry.ts';
import { FAMILIES } from '../families/index.ts';

/** A model name that cannot be used. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  /** Bad usage, as the command line counts it. */
  readonly exitCode = 2;
}

/** A registered architecture, with the weights its name asks for. */
export interface ModelInfo extends ModelEntry {
  /** timm's name of the architecture, without the tag. */
  name: string;
  /** The weights named by the tag, else the default ones; undefined where none are published. */
  pretrained: WeightsInfo | undefined;
}

const entries = new Map<string, ModelEntry>();
const aliases = new Map<string, string>();

/**
 * Adds an architecture, so that `createModel`, `listModels` and every command know it.
 *
 * @param name timm's name where timm has the model: lower case letters, digits and underscores.
 * @throws RegistryError when the name or an alias is taken or malformed.
 */
export function registerModel(name: string, entry: ModelEntry): void {
  const names = [name, ...(entry.aliases ?? [])];
  for (const each of names) {
    if (!/^[a-z0-9_]+$/.test(each)) {
      throw new RegistryError(`model name '${each}': use lower case letters, digits and underscores`);
    }
    if (entries.has(each) || aliases.has(each)) {
      throw new RegistryError(`a model named '${each}' is registered already: choose another name`);
    }
  }
  entries.set(name, entry);
  for (const alias of entry.aliases ?? []) aliases.set(alias, name);
}

for (const family of FAMILIES) family(registerModel);

/** Names that match a pattern (`*` any characters, `?` one), sorted; aliases are not listed. */
export function listModels(glob = '*'): string[] {
  const source = [...glob]
    .map((c) => (c === '*' ? '.*' : c === '?' ? '.' : c.replace(/\W/, '\\$&')))
    .join('');
  const pattern = new RegExp(`^${source}$`, 'i');
  return [...entries.keys()].filter((name) => pattern.test(name)).sort();
}

/**
 * What is known of a model.
 *
 * @param name an architecture or alias, with or without the tag of one of its weights (`resnet18.tv_in1k`).
 * @throws RegistryError for an unknown name or tag; it names the nearest known one.
 */
export function modelInfo(name: string): ModelInfo {
  const dot = name.indexOf('.');
  const [asked, tag] = dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
  const architecture = aliases.get(asked) ?? asked;
  const entry = entries.get(architecture);
  if (entry === undefined) {
    const guess = nearest(asked, [...entries.keys(), ...aliases.keys()]);
    throw new RegistryError(
      `there is no model '${asked}'; did you mean '${guess}'? radweave models list shows all`,
    );
  }
  const pretrained = tag === undefined ? entry.weights[0] : entry.weights.find((w) => w.tag === tag);
  if (tag !== undefined && pretrained === undefined) {
    const tags = entry.weights.map((w) => w.tag).join(', ') || 'none';
    throw new RegistryError(`${architecture} has no weights '${tag}'; it has: ${tags}`);
  }
  return { ...entry, name: architecture, pretrained };
}
