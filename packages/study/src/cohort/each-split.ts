import type { Split } from '@radweave/artifacts';

/** A value for each split. */
export function forEachSplit<T>(value: (split: Split) => T): Record<Split, T> {
  return { train: value('train'), val: value('val'), test: value('test') };
}
