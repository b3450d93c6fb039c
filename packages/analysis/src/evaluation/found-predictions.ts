import type { JudgedPatient } from '@radweave/artifacts';
import type { JudgedModel } from './group.ts';

/** How many numbers a classifier was given for each patient, and how many patients it was fitted on. */
export interface FittedSize {
  model: string;
  features: number;
  patients: number;
}

/** A probability beyond this, or below one minus it, says that the model is all but certain. */
const CERTAIN = 0.99;
/** From this share on, and in so many patients, certainty is worth a sentence. */
const MANY = 0.25;
const FEWEST = 10;
/** A label with a smaller share of the training patients is rare. */
const RARE = 0.2;

const WHOSE: Readonly<Record<'val' | 'test', string>> = { val: 'validation', test: 'external' };

/** What is odd about what the models predict and about what they were fitted on. */
export function foundInPredictions(
  models: readonly JudgedModel[],
  sizes: readonly FittedSize[],
  labelNames: readonly string[],
): string[] {
  return [
    ...foundOneLabel(models, 'test', labelNames),
    ...foundOneLabel(models, 'val', labelNames),
    ...foundManyFeatures(sizes),
    ...foundCertain(models),
    ...foundRareLabel(models, labelNames),
  ];
}

/** The label that all of these patients are predicted to have, although they have several. */
export function onlyPrediction(patients: readonly JudgedPatient[]): number | null {
  const [first] = patients;
  if (first === undefined || patients.every(({ label }) => label === first.label)) return null;
  return patients.every(({ predicted }) => predicted === first.predicted) ? first.predicted : null;
}

function foundOneLabel(
  models: readonly JudgedModel[],
  split: 'val' | 'test',
  labelNames: readonly string[],
): string[] {
  const items = models.flatMap(({ name, patients }) => {
    const only = onlyPrediction(patients[split]);
    if (only === null) return [];
    const right = patients[split].filter(({ label }) => label === only).length;
    return [`${name}, ${labelNames[only] ?? only}, right for ${right} of ${patients[split].length}`];
  });
  return listed(
    `all ${WHOSE[split]} patients are predicted to have the same label, whose share is the accuracy`,
    items,
  );
}

function foundManyFeatures(sizes: readonly FittedSize[]): string[] {
  const items = sizes
    .filter(({ features, patients }) => features >= patients)
    .map(({ model, features, patients }) => `${model}, ${features} features, ${patients} patients`);
  return listed(
    'as many features as training patients or more, so that even noise separates them and probabilities become too extreme',
    items,
  );
}

function foundCertain(models: readonly JudgedModel[]): string[] {
  const items = models.flatMap(({ name, patients: { test } }) => {
    const certain = test.filter((one) => surest(one).probability > CERTAIN);
    if (test.length < FEWEST || certain.length < MANY * test.length) return [];
    const wrong = certain.filter((one) => surest(one).label !== one.label).length;
    return [`${name}, ${certain.length} of ${test.length} external patients, ${wrong} of them wrong`];
  });
  return listed(`probabilities below ${(1 - CERTAIN).toFixed(2)} or above ${CERTAIN}`, items);
}

function surest({ probabilities, calibrated }: JudgedPatient): { label: number; probability: number } {
  const own = calibrated ?? probabilities;
  const probability = Math.max(...own);
  return { label: own.indexOf(probability), probability };
}

/** Models may judge different patients; the first one's stand for all. */
function foundRareLabel(models: readonly JudgedModel[], labelNames: readonly string[]): string[] {
  const patients = models[0]?.patients.train ?? [];
  const items = labelNames.flatMap((name, label) => {
    const count = patients.filter((one) => one.label === label).length;
    return count < RARE * patients.length ? [`${name}, ${count} of ${patients.length}`] : [];
  });
  return listed('a label is rare among the training patients', items);
}

function listed(head: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${head}: ${items.join('; ')}`];
}

/** A caution for the row of these patients. */
export function oneLabelNote(patients: readonly JudgedPatient[], labelNames: readonly string[]): string[] {
  const only = onlyPrediction(patients);
  if (only === null) return [];
  return [`all are predicted ${labelNames[only] ?? only}: the accuracy is that label's share`];
}
