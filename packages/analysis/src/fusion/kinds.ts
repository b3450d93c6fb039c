import { kindsOf } from '@radweave/artifacts';
import { and, type Remark, remark } from '@radweave/remarks';
import { type FusedSplit, having } from './fused-split.ts';

/** A classifier to be fitted: its name, and the modalities that it needs. */
export interface WantedClassifier {
  name: string;
  own: string[];
}

/**
 * Between the classifier of all modalities and those of each alone: one for every kind of patients, of any set, who have several
 * modalities but not all. A kind whose training patients lack a class can have none.
 */
export function kindsBetween(
  splits: Readonly<Record<'train' | 'val' | 'test', FusedSplit>>,
  modalities: readonly string[],
  classes: number,
): { between: WantedClassifier[]; unfitted: string[] } {
  const owned = Object.values(splits).flatMap((split) => split.owned);
  const kinds = kindsOf(owned, modalities).filter((own) => own.length > 1 && own.length < modalities.length);
  const canLearn = (own: readonly string[]): boolean =>
    new Set(having(splits.train, own).labels).size === classes;
  return {
    between: kinds.filter(canLearn).map((own) => ({ name: own.join('+'), own })),
    unfitted: kinds
      .filter((own) => !canLearn(own))
      .map(
        (own) =>
          `Patients who have only ${and(own)} are predicted by fewer modalities: the training patients who have these lack a label.`,
      ),
  };
}

/** The classifier of somebody who has these modalities: the one of most of them, the first of several. */
export function classifierFor<T extends { readonly modalities: readonly string[] }>(
  owned: readonly string[],
  classifiers: readonly T[],
): T | undefined {
  const able = classifiers.filter(({ modalities }) => modalities.every((one) => owned.includes(one)));
  const most = Math.max(...able.map(({ modalities }) => modalities.length));
  return able.find(({ modalities }) => modalities.length === most);
}

/** Whether a note is of {@link kindNotes}: it speaks of a number, not of a patient. */
export function isOfKinds(code: string): boolean {
  return code === 'kinds-here' || code === 'kinds-elsewhere';
}

/** What to say beside the numbers of a classifier where patients lack modalities: how many of each kind are in them, or not. */
export function kindNotes(
  owned: readonly (readonly string[])[],
  own: readonly string[],
  modalities: readonly string[],
): Remark[] {
  const countOf = (kind: readonly string[]): number =>
    owned.filter((one) => one.join() === kind.join()).length;
  const count = (kind: readonly string[]): Remark =>
    kind.length === modalities.length
      ? remark('kind-all', { n: countOf(kind) })
      : remark('kind-only', { modalities: [...kind], n: countOf(kind) });
  const kinds = kindsOf(owned, modalities);
  if (kinds.length === 1) return [];
  const isIn = (kind: readonly string[]): boolean => own.every((one) => kind.includes(one));
  const [here, others] = [kinds.filter(isIn), kinds.filter((kind) => !isIn(kind))];
  return [
    remark('kinds-here', { kinds: here.map(count) }),
    ...(others.length === 0 ? [] : [remark('kinds-elsewhere', { kinds: others.map(count) })]),
  ];
}
