import { kindsOf, type Split } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { classifierFor } from '../fusion/kinds.ts';
import type { FrozenModel } from './freeze-model.ts';

/** What the patients of each split have, by patient, where some lack modalities. */
export interface Kinds {
  modalities: readonly string[];
  owned: Record<Split, ReadonlyMap<string, readonly string[]>>;
}

/** The name of the results of everybody, each by the classifier of what they have. */
export const EVERYONE = 'everyone';

/**
 * Everybody by the classifier of what they have, and apart from them those of each kind who lack modalities. Nothing is fitted or
 * decided here: the probabilities and labels are those of the classifiers, with the decisions that were frozen for them.
 */
export function kindModels(classifiers: readonly FrozenModel[], { modalities, owned }: Kinds): FrozenModel[] {
  const all = forEachSplit((split) => [...owned[split].values()]);
  const lacking = kindsOf([...all.train, ...all.val, ...all.test], modalities).slice(1);
  if (lacking.length === 0) return [];
  const usedFor = (own: readonly string[]): FrozenModel | undefined => classifierFor(own, classifiers);
  const made = (
    name: string,
    kinds: readonly (readonly string[])[],
    threshold: number | null,
  ): FrozenModel => {
    const used = [...new Set(kinds.flatMap((own) => usedFor(own) ?? []))];
    const isOf = new Set(kinds.map((own) => own.join()));
    const notes = kinds.flatMap((own) => {
      const model = usedFor(own)?.name;
      if (model === undefined) return [];
      const isAll = own.length === modalities.length;
      return [isAll ? remark('kind-all-by', { model }) : remark('kind-by', { modalities: [...own], model })];
    });
    return {
      name,
      kind: 'available',
      modalities: [...new Set(kinds.flat())],
      threshold,
      inSample: forEachSplit((split) => {
        const states = used.map(({ inSample }) => inSample[split]);
        return states.includes('yes') ? 'yes' : states.includes('unknown') ? 'unknown' : 'no';
      }),
      notes: forEachSplit(() => notes),
      patients: forEachSplit((split) => {
        const scored = new Map(
          used.map((model) => [model, new Map(model.patients[split].map((one) => [one.patient, one]))]),
        );
        return [...owned[split]].flatMap(([patient, own]) => {
          const model = isOf.has(own.join()) ? usedFor(own) : undefined;
          return (model && scored.get(model)?.get(patient)) ?? [];
        });
      }),
      frozen: { aggregation: null, threshold: null, calibrator: null },
    };
  };
  const apart = lacking.map((own) => made(`only ${own.join('+')}`, [own], usedFor(own)?.threshold ?? null));
  return [made(EVERYONE, [modalities, ...lacking], null), ...apart];
}
