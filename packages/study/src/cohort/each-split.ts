import type { Split } from '@radweave/artifacts';

export function forEachSplit<T>(value: (split: Split) => T): Record<Split, T> {
  return { train: value('train'), val: value('val'), test: value('test') };
}
