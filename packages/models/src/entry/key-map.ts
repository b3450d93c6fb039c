import type { Tensor } from '@radweave/torch';

/** Renames what it matches; `null` drops the entry. */
export type Rule = readonly [from: RegExp, to: string | ((...match: string[]) => string) | null];

/** A state dict's naming, the way from it to timm's names, and for some the way back. */
export interface KeyMap {
  /** Such as `torchvision`. */
  layout: string;
  /** A name that occurs in this layout and in no other one of the architecture. */
  mark: RegExp;
  /** Tried in order on each name: the first that matches decides. */
  rules: readonly Rule[];
  /** The same from timm's names; absent for a layout that is only read. */
  back?: readonly Rule[];
  /** timm's names of weights [out, in, 1, 1] that this layout has in linear layers, [out, in]. */
  pointwise?: RegExp;
  /** timm's names of vectors, [n], that this layout has as [n, 1, 1]. */
  vectors?: RegExp;
  /** timm's names of buffers that this layout stores and timm does not. */
  buffers?: RegExp;
  /** Epsilon of the layout's batch norms, where it is not that of the family's models. */
  batchNormEps?: number;
}

/** What names begin with in a layout, and in timm; `*` stands for a number that both have. */
export type NamePair = readonly [theirs: string, timm: string];

/** The rules for both ways; of several pairs that fit a name the first counts. */
export function bothWays(pairs: readonly NamePair[]): { rules: readonly Rule[]; back: readonly Rule[] } {
  const rule = (from: string, to: string): Rule => {
    const pattern = from.replaceAll('.', '\\.').replace('*', '(\\d+)');
    return [new RegExp(`^${pattern}`), to.replace('*', '$1')];
  };
  return {
    rules: pairs.map(([theirs, timm]) => rule(theirs, timm)),
    back: pairs.map(([theirs, timm]) => rule(timm, theirs)),
  };
}

/** The state dict under timm's names; as it is when it has them already. */
export function toTimmNames(
  state: ReadonlyMap<string, Tensor>,
  maps: readonly KeyMap[],
): Map<string, Tensor> {
  const map = findMap([...state.keys()], maps);
  if (map === undefined) return new Map(state);
  const result = new Map<string, Tensor>();
  for (const [key, value] of state) {
    const name = renamed(key, map.rules);
    if (name === null) continue;
    result.set(name, reshaped(name, value, map));
  }
  return result;
}

function reshaped(name: string, value: Tensor, map: KeyMap): Tensor {
  if (map.pointwise?.test(name) && value.ndim === 2) return value.reshape([...value.shape, 1, 1]);
  return map.vectors?.test(name) ? value.flatten() : value;
}

/** One entry's name by the first rule that matches: itself where none does, null when the rule drops it. */
export function renamed(key: string, rules: readonly Rule[]): string | null {
  for (const [from, to] of rules) {
    if (!from.test(key)) continue;
    if (to === null) return null;
    return typeof to === 'string'
      ? key.replace(from, to)
      : key.replace(from, (...match) => to(...match.map(String)));
  }
  return key;
}

/** The map of the layout that the names are in; undefined for timm's. */
export function findMap(keys: readonly string[], maps: readonly KeyMap[]): KeyMap | undefined {
  return maps.find((map) => keys.some((key) => map.mark.test(key)));
}
