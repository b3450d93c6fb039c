import type { FlagValues } from './presenter.ts';

/** What a share of a work gives, or all parts together. */
interface Shared<Result> {
  shard: string;
  folder: string;
  merged: Result | null;
}

/** Shows where a part is, and what was merged as what one process makes. */
export function shardPresenter<Result>(whole: { text?: (result: Result, flags: FlagValues) => string }): {
  text: (result: Shared<Result>, flags: FlagValues) => string;
} {
  return {
    text: ({ shard, folder, merged }, flags) => {
      if (merged !== null) return whole.text?.(merged, flags) ?? '';
      if (shard === 'merge')
        return 'Nothing to merge: the results are those of the parts that were merged before\n';
      return `Part ${shard} is in ${folder}\nWhen all are there: the same command with --shard merge\n`;
    },
  };
}
