import { type Config, DataError, SPLITS, type Split, splitSummaryIn } from '@radweave/artifacts';
import { and, are, counted } from '@radweave/remarks';
import type { AssignedMember } from './assign.ts';
import { forEachSplit } from './each-split.ts';
import { modalitiesOf } from './patients.ts';
import type { LabelNames, PatientRow } from './slice-table.ts';

/** Patients of each set, as far as it matters for what can be learned. */
export type LearningSets = Record<Split, readonly Pick<PatientRow, 'hospital' | 'label'>[]>;

/** By what patients came into their sets, and so what gives a set the label that it lacks. */
const REMEDIES = {
  drawn:
    'Add patients of that label to the home hospital (or choose another --train_ratio) and run radweave preprocess again',
  table: 'Correct the sets in the table, or add patients of that label, and run radweave preprocess again',
  own: 'Correct the split files',
  folds: 'Add patients of that label; to leave hospitals out, patients of other hospitals',
};

export type DividedBy = keyof typeof REMEDIES;

/** Who has divided the patients of a splits folder. */
export function dividedBy(splitsDir: string): Exclude<DividedBy, 'folds'> {
  const summary = splitSummaryIn(splitsDir);
  if (summary === null) return 'own';
  return summary.given_split === true ? 'table' : 'drawn';
}

const NAMES: Record<Split, string> = { train: 'training', val: 'validation', test: 'the test set' };

/**
 * Refuses what a network cannot learn, before the first step: every class needs patients in training and in validation, and
 * no set may hold a label beyond the classes.
 *
 * @param what Whose sets these are, such as `modality A`.
 * @param where Where a set is listed: the path of its split file.
 * @param by What divided the patients.
 * @param names Of the labels, where they have any.
 * @throws DataError that says which class is missing where, and what to do.
 */
export function requireLearnable(
  sets: LearningSets,
  classes: number,
  what: string,
  where: (split: Split) => string,
  by: DividedBy,
  names: LabelNames = [],
): void {
  refuseUnknownLabels(sets, classes, what, where, names);
  const learned = ['train', 'val'] as const;
  const lacks = learned.flatMap((split) => {
    const missing = Array.from({ length: classes }, (_, label) => label).filter(
      (label) => !sets[split].some((patient) => patient.label === label),
    );
    return missing.length === 0 ? [] : [{ split, missing }];
  });
  if (lacks.length === 0) return;
  const parts = lacks.map(
    ({ split, missing }) =>
      `${NAMES[split]} has no patient of label ${called(missing, names).join(' or ')} (it has ${countsOf(sets[split])})`,
  );
  throw new DataError('E_CLASS_MISSING', `${what} cannot be learned: ${parts.join('; ')}`, {
    where: placesOf(
      lacks.map(({ split }) => split),
      where,
    ),
    hint: hintFor(sets, classes, by),
  });
}

/**
 * Each modality has patients of its own, the fusion is fitted on those who have all: every class must be in training and in
 * validation for each of them. Hours of training later would be late to hear of it.
 */
export function requireEachLearnable(
  members: readonly AssignedMember[],
  { modalities, splits_dir }: Config['data'],
  by: DividedBy,
): void {
  const classes = 1 + Math.max(...members.map(({ label }) => label));
  const alone = modalities.map((modality) => ({ what: `modality ${modality}`, wanted: [modality] }));
  const together = { what: `the fusion of ${and(modalities)}`, wanted: modalities };
  for (const { what, wanted } of [...alone, ...(modalities.length > 1 ? [together] : [])]) {
    const having = members.filter((one) => modalitiesOf(one, wanted).length === wanted.length);
    const sets = forEachSplit((split) => having.filter((one) => one.split === split));
    requireLearnable(sets, classes, what, () => splits_dir, by);
  }
}

/**
 * Before the images are read, when nobody has been divided: those of the home hospitals count as training.
 *
 * @throws DataError when a label has no class.
 */
export function refuseUnknownLabels(
  sets: LearningSets,
  classes: number,
  what: string,
  where: (split: Split) => string,
  names: LabelNames = [],
): void {
  const learned = new Set([...sets.train, ...sets.val].map(({ label }) => label));
  const wrong = labelsOf(SPLITS.flatMap((split) => sets[split])).filter((label) => label >= classes);
  if (wrong.length === 0) return;
  const holders = SPLITS.filter((split) => sets[split].some(({ label }) => label >= classes));
  const external = wrong.filter((label) => !learned.has(label));
  if (external.length === 0) {
    throw new DataError(
      'E_NUM_CLASSES',
      `${wrong.length === 1 ? 'label' : 'labels'} ${and(called(wrong, names))} ${wrong.length === 1 ? 'does' : 'do'} not fit model.num_classes ${classes}`,
      {
        where: placesOf(holders, where),
        hint: `Labels count from 0: ${setClasses(Math.max(...wrong) + 1)}`,
      },
    );
  }
  const theirs = sets.test.filter(({ label }) => external.includes(label));
  const hospitals = [...new Set(theirs.map(({ hospital }) => hospital))].sort().join(', ');
  throw new DataError(
    'E_CLASS_MISSING',
    `${what}: ${external.length === 1 ? 'label' : 'labels'} ${and(called(external, names))} ${are(external.length)} in ${NAMES.test} only (${counted(theirs.length, 'patient')} of ${hospitals}), so no network can learn it`,
    {
      where: where('test'),
      hint: 'Leave these patients out of the data, or use a home hospital that has this label too',
    },
  );
}

/** Names of labels say how many classes there are, too. */
function setClasses(classes: number): string {
  return `set model.num_classes to ${classes}, and where data.labels is set, name ${classes} there`;
}

function called(labels: readonly number[], names: LabelNames): string[] {
  return labels.map((label) => (names[label] === undefined ? String(label) : `${label} (${names[label]})`));
}

function hintFor(sets: LearningSets, classes: number, by: DividedBy): string {
  const known = labelsOf(SPLITS.flatMap((split) => sets[split]));
  const highest = known.at(-1) ?? 0;
  return highest + 1 < classes && highest > 0
    ? `If there are ${highest + 1} classes, ${setClasses(highest + 1)}. Otherwise: ${REMEDIES[by]}`
    : REMEDIES[by];
}

function placesOf(splits: readonly Split[], where: (split: Split) => string): string {
  return [...new Set(splits.map(where))].join(', ');
}

function labelsOf(patients: readonly { label: number }[]): number[] {
  return [...new Set(patients.map(({ label }) => label))].sort((a, b) => a - b);
}

function countsOf(patients: readonly { label: number }[]): string {
  if (patients.length === 0) return 'no patients';
  return labelsOf(patients)
    .map((label) => `${patients.filter((one) => one.label === label).length} of label ${label}`)
    .join(', ');
}
