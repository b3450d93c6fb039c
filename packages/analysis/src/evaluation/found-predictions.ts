import { compareText, type EvaluatedPatient, type Split } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import { hospitalsOf } from '@radweave/study/cohort/hospitals';
import { type PredictedModel, patientsIn } from './group.ts';
import { labelCounts } from './label-counts.ts';

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
/** Probabilities that lie closer together than this hardly differ. */
const ALIKE = 0.05;
/** A label with a smaller share of the training patients is rare. */
const RARE = 0.2;

/** Hospitals that are on both sides of the test: of their patients, and of these words for them, little is external. */
export function foundInternalTest(models: readonly PredictedModel[]): Remark[] {
  const hospitalsIn = (...splits: readonly Split[]): Set<string> =>
    new Set(
      models.flatMap(({ patients }) =>
        splits.flatMap((one) => patients[one].map(({ hospital }) => hospital)),
      ),
    );
  const home = hospitalsIn('train', 'val');
  const test = [...hospitalsIn('test')];
  const hospitals = test.filter((name) => name !== '' && home.has(name)).sort(compareText);
  if (hospitals.length === 0) return [];
  const isAll = hospitals.length === test.length;
  return [remark(isAll ? 'found-internal-test' : 'found-partly-internal-test', { hospitals })];
}

/** What is odd about what the models predict and about what they were fitted on. */
export function foundInPredictions(
  models: readonly PredictedModel[],
  sizes: readonly FittedSize[],
  labelNames: readonly string[],
): Remark[] {
  return [
    ...foundOneLabel(models, 'test', labelNames),
    ...foundOneLabel(models, 'val', labelNames),
    ...foundOneLabelInHospital(models, labelNames),
    ...foundNeverPredicted(models, labelNames),
    ...foundManyFeatures(sizes),
    ...foundCertain(models),
    ...foundAlike(models, labelNames),
    ...foundRareLabel(models, labelNames),
  ];
}

/** The label that all of these patients are predicted to have. */
function samePrediction(patients: readonly EvaluatedPatient[]): number | null {
  const [first] = patients;
  return first !== undefined && patients.every(({ predicted }) => predicted === first.predicted)
    ? first.predicted
    : null;
}

/** The same, although they have several. */
function onlyPrediction(patients: readonly EvaluatedPatient[]): number | null {
  return new Set(patients.map(({ label }) => label)).size > 1 ? samePrediction(patients) : null;
}

function foundOneLabel(
  models: readonly PredictedModel[],
  split: 'val' | 'test',
  labelNames: readonly string[],
): Remark[] {
  const items = models.flatMap(({ name, patients }) => {
    const only = onlyPrediction(patients[split]);
    if (only === null) return [];
    const right = patients[split].filter(({ label }) => label === only).length;
    const label = labelNames[only] ?? String(only);
    return [remark('of-one-label', { model: name, label, right, n: patients[split].length })];
  });
  return items.length === 0 ? [] : [remark(`found-one-label-${split}`, { models: items })];
}

/** A hospital whose patients look unlike those of training; of all external patients together the sentence above tells. */
function foundOneLabelInHospital(models: readonly PredictedModel[], labelNames: readonly string[]): Remark[] {
  const items = models.flatMap(({ name: model, patients: { test } }) => {
    if (onlyPrediction(test) !== null) return [];
    return hospitalsOf(test).flatMap((hospital) => {
      const here = patientsIn(test, hospital);
      const only = onlyPrediction(here);
      if (only === null || here.length < FEWEST) return [];
      const right = here.filter(({ label }) => label === only).length;
      const label = labelNames[only] ?? String(only);
      return [remark('of-one-label-in', { model, hospital, label, right, n: here.length })];
    });
  });
  return items.length === 0 ? [] : [remark('found-one-label-hospital', { models: items })];
}

/** Of three and more labels one may be forgotten; of two, the other is then all that is predicted. */
function foundNeverPredicted(models: readonly PredictedModel[], labelNames: readonly string[]): Remark[] {
  const items = models.flatMap(({ name, patients }) =>
    labelNames.flatMap((label, index) => {
      const isPredicted = ({ predicted }: EvaluatedPatient): boolean => predicted === index;
      if (patients.test.some(isPredicted) || patients.val.some(isPredicted)) return [];
      return (['test', 'val'] as const).flatMap((split) => {
        const n = patients[split].filter((one) => one.label === index).length;
        if (n === 0 || onlyPrediction(patients[split]) !== null) return [];
        return [remark(`of-never-${split}`, { model: name, label, n })];
      });
    }),
  );
  return items.length === 0 ? [] : [remark('found-never-predicted', { models: items })];
}

function foundManyFeatures(sizes: readonly FittedSize[]): Remark[] {
  const items = sizes
    .filter(({ features, patients }) => features >= patients)
    .map((one) => remark('of-features', { ...one }));
  return items.length === 0 ? [] : [remark('found-many-features', { models: items })];
}

function foundCertain(models: readonly PredictedModel[]): Remark[] {
  const items = models.flatMap(({ name, patients: { test } }) => {
    const certain = test.filter((one) => surest(one).probability > CERTAIN);
    if (test.length < FEWEST || certain.length < MANY * test.length) return [];
    const wrong = certain.filter((one) => surest(one).label !== one.label).length;
    const finding = remark('of-certain', { model: name, certain: certain.length, n: test.length, wrong });
    return [isCalibrated(test) ? remark('of-calibrated', { finding }) : finding];
  });
  return items.length === 0 ? [] : [remark('found-certain', { high: CERTAIN, models: items })];
}

/** As the models give them: calibration may draw them together. */
function foundAlike(models: readonly PredictedModel[], labelNames: readonly string[]): Remark[] {
  const items = models.flatMap(({ name: model, patients: { test } }) => {
    if (test.length < 2) return [];
    const ranges = (test[0]?.probabilities ?? []).map((_, index) => {
      const own = test.map(({ probabilities }) => probabilities[index] ?? Number.NaN);
      return { label: labelNames[index] ?? String(index), low: Math.min(...own), high: Math.max(...own) };
    });
    // Of two labels the last is the positive one, of which tables tell.
    const last = ranges.at(-1);
    if (last === undefined || ranges.some(({ low, high }) => high - low >= ALIKE)) return [];
    const finding = remark('of-alike', { model, ...last, n: test.length });
    const isSame = ranges.every(({ low, high }) => low === high);
    return [{ isSame, item: isCalibrated(test) ? remark('of-uncalibrated', { finding }) : finding }];
  });
  const of = (wanted: boolean): Remark[] =>
    items.flatMap(({ isSame, item }) => (isSame === wanted ? [item] : []));
  return [
    ...(of(true).length === 0 ? [] : [remark('found-same', { models: of(true) })]),
    ...(of(false).length === 0 ? [] : [remark('found-alike', { models: of(false) })]),
  ];
}

function isCalibrated(patients: readonly EvaluatedPatient[]): boolean {
  return patients.some(({ calibrated }) => calibrated !== null);
}

function surest({ probabilities, calibrated }: EvaluatedPatient): { label: number; probability: number } {
  const own = calibrated ?? probabilities;
  const probability = Math.max(...own);
  return { label: own.indexOf(probability), probability };
}

function foundRareLabel(models: readonly PredictedModel[], labelNames: readonly string[]): Remark[] {
  const labels = labelCounts(models, 'train', labelNames, (n, total) => n < RARE * total);
  return labels.length === 0 ? [] : [remark('found-rare-label', { labels })];
}

/** A caution for the row of these patients. */
export function oneLabelNote(patients: readonly EvaluatedPatient[], labelNames: readonly string[]): Remark[] {
  const only = samePrediction(patients);
  if (only === null || patients.length === 1) return [];
  return [remark('all-predicted', { label: labelNames[only] ?? String(only) })];
}
