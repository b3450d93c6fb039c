import type { Split } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import type { PredictedModel } from './group.ts';

/** How many patients of a split have each label that is worth telling; by model where models evaluate different patients. */
export function labelCounts(
  models: readonly PredictedModel[],
  split: Split,
  labelNames: readonly string[],
  isTold: (n: number, total: number) => boolean,
): Remark[] {
  const counts = models
    .map(({ name, patients }) => ({
      model: name,
      total: patients[split].length,
      each: labelNames.map((_, index) => patients[split].filter(({ label }) => label === index).length),
    }))
    .filter(({ total }) => total > 0);
  const isSame = new Set(counts.map(({ each }) => each.join())).size === 1;
  return (isSame ? counts.slice(0, 1) : counts).flatMap(({ model, total, each }) =>
    each.flatMap((n, index) => {
      if (!isTold(n, total)) return [];
      const told = { label: labelNames[index] ?? String(index), n, total };
      return [isSame ? remark('of-label', told) : remark('of-label-by', { model, ...told })];
    }),
  );
}
