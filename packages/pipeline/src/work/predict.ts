import { fusedBefore } from '@radweave/analysis/evaluation/notes';
import { classify, thresholdOf } from '@radweave/analysis/fusion/classifier';
import { concatenate, having } from '@radweave/analysis/fusion/fused-split';
import { classifierFor } from '@radweave/analysis/fusion/kinds';
import { isFeatureFolder, type NewPatients, readNewFeatures } from '@radweave/analysis/fusion/new-features';
import {
  type Config,
  checkpointsOf,
  DataError,
  type FusionModelFile,
  fusionFiles,
  fusionFolder,
  inShell,
  isSamePlace,
  type NewPrediction,
  readFusionModel,
  refuseOtherFile,
  requireNamed,
  requireWritableFile,
  thresholdText,
  writeNewPredictions,
} from '@radweave/artifacts';
import { requireDevice } from '@radweave/network/open/engine-settings';
import { counted, remark, shownModel } from '@radweave/remarks';
import { rowOf } from '@radweave/stats';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { predictedLabels } from '@radweave/study/decisions/predicted-label';
import { extractNewImages, type TrainedPatients } from '../predict/new-images.ts';
import { type TrainedOn, trainedOnFeatures } from '../predict/trained-on.ts';

export interface PredictOptions {
  config: Config;
  /** `model.json` of a fusion. */
  model: string;
  /** A folder with `features_{modality}.csv` for each modality, or of images `{patient}/{modality}/*.png`. */
  input: string;
  /** The CSV to write. */
  output: string;
  /** Where a modality's checkpoint lies now, if not where the model says. */
  checkpoints?: Record<string, string>;
  /** Of the patients, as the study calls it; where it is not given, the place of the images may tell it. */
  hospital?: string | undefined;
}

export interface PredictResult {
  output: string;
  patients: number;
  /** How many patients each classifier predicts, by what they have; only of a model that was fitted so. */
  models?: Record<string, number>;
  labelNames: string[];
  /** Patients who lack a modality and are therefore not predicted. */
  missing: { patient: string; modalities: string[] }[];
  /** Of each classifier that predicts somebody, frozen when the model was fitted; empty with more than two classes. */
  thresholds: Record<string, number>;
  /** The thresholds as they are printed: told apart from the probabilities of these patients. */
  limits: Record<string, string>;
}

/**
 * Applies a fused model to new patients, from their features or from their images.
 *
 * @throws DataError when the features or checkpoints are not the model's own.
 */
export async function predict(options: PredictOptions, context: StageContext): Promise<PredictResult> {
  const { config, model, input, output, checkpoints, hospital = null } = options;
  const file = readFusionModel(requireNamed('file', model, '--model'));
  requireNamed('folder', input, '--input');
  const places = checkpointsOf(model, file.modalities, checkpoints);
  for (const modality of Object.keys(checkpoints ?? {})) {
    const path = places[modality] ?? '';
    if (path !== 'pretrained') requireNamed('file', path, `--checkpoint ${inShell(`${modality}=${path}`)}`);
  }
  const modalities = file.modalities.map(({ modality }) => modality);
  const shown = (name: string): string => shownModel(name, modalities);
  for (const { name, converged } of file.classifiers) {
    if (converged) continue;
    const { text } = remark('not-converged', { n: file.options.max_iter });
    warn(context, `Classifier '${shown(name)}' of ${model}: ${text} of radweave fuse.`);
  }
  const isOfStudy = isSamePlace(model, fusionFiles(fusionFolder(config)).model);
  for (const { text } of isOfStudy ? fusedBefore(file, config.data.features_dir) : [])
    warn(context, `${text}.`);
  requireDevice(config.training);
  requireWritableFile(output, '--output');
  refuseOtherFile(output, '--output');
  if (file.stacked !== undefined) {
    say(
      context,
      `New patients are predicted by '${shown('fused')}'; 'stacked' needs the logits of all fold models.`,
    );
  }
  const { trained, ...people } = isFeatureFolder(input, file.modalities)
    ? ofFeatures(input, file)
    : await extractNewImages(input, file, places, hospital, config, context);
  const isAnyEnough = file.missing === 'allow';
  if (people.patients.length === 0) throw nobody(people, isAnyEnough, input);
  sayMissing(people, isAnyEnough, context);
  trained.tell(context);
  const { rows, models, thresholds, limits } = predictPatients(file, people, trained);
  const names = file.classifiers.map(({ name }) => name);
  writeNewPredictions(output, rows, names, file.label_names);
  const { label_names: labelNames } = file;
  const lacking = isAnyEnough ? { models } : {};
  return {
    output,
    patients: rows.length,
    ...lacking,
    labelNames,
    missing: people.missing,
    thresholds,
    limits,
  };
}

function ofFeatures(input: string, file: FusionModelFile): TrainedPatients {
  const people = readNewFeatures(input, file);
  return { ...people, trained: trainedOnFeatures(input, file.modalities, people) };
}

/** Everybody by the classifier of what they have; where patients may lack modalities, it is named. */
function predictPatients(
  file: FusionModelFile,
  people: NewPatients,
  trained: TrainedOn,
): { rows: NewPrediction[] } & Required<Pick<PredictResult, 'models' | 'thresholds' | 'limits'>> {
  const classes = file.label_names.length;
  const models: Record<string, number> = {};
  const thresholds: Record<string, number> = {};
  const scored = file.classifiers.map((classifier) => {
    const { patients, pooled } = having(people, classifier.modalities);
    const features = concatenate(pooled, classifier.modalities, patients.length);
    const probabilities = patients.length === 0 ? features : classify(classifier, classes, features);
    const predicted = predictedLabels(probabilities, thresholdOf(classifier));
    const places = new Map(patients.map((patient, row) => [patient, row]));
    return { classifier, probabilities, predicted, places };
  });
  const rows = people.patients.map((patient, i): NewPrediction => {
    const used = classifierFor(people.owned[i] ?? [], file.classifiers);
    if (used !== undefined) {
      models[used.name] = (models[used.name] ?? 0) + 1;
      const threshold = thresholdOf(used);
      if (threshold !== null) thresholds[used.name] = threshold;
    }
    const main = scored.find(({ classifier }) => classifier === used);
    const own = scored.flatMap(({ classifier, probabilities, places }) => {
      const row = places.get(patient);
      return row === undefined ? [] : [[classifier.name, Array.from(rowOf(probabilities, row))] as const];
    });
    return {
      patient,
      probabilities: Object.fromEntries(own),
      ...(file.missing === undefined || used === undefined ? {} : { model: used.name }),
      predicted: main?.predicted[main.places.get(patient) ?? 0] ?? 0,
      note: trained.noteOf(patient),
    };
  });
  const limits = Object.fromEntries(
    Object.entries(thresholds).map(([name, threshold]) => {
      const theirs = rows.map(({ probabilities }) => probabilities[name]?.[1] ?? threshold);
      return [name, thresholdText(threshold, theirs)];
    }),
  );
  return { rows, models, thresholds, limits };
}

function named({ missing }: NewPatients): string {
  const shown = missing
    .slice(0, 10)
    .map(({ patient, modalities }) => `${patient} (no ${modalities.join(', ')})`);
  return `${shown.join(', ')}${missing.length > 10 ? ', …' : ''}`;
}

function sayMissing(people: NewPatients, isAnyEnough: boolean, context: StageContext): void {
  const { length } = people.missing;
  if (length === 0) return;
  const who = `${counted(length, 'patient')} ${length === 1 ? 'lacks' : 'lack'}`;
  warn(context, `${who} ${isAnyEnough ? 'every' : 'a'} modality and cannot be predicted: ${named(people)}`);
}

function nobody(people: NewPatients, isAnyEnough: boolean, input: string): DataError {
  const { length } = people.missing;
  const why =
    length === 0
      ? 'there is none'
      : `none of ${length} has ${isAnyEnough ? 'any' : 'every'} modality: ${named(people)}`;
  return new DataError('E_NO_PATIENTS', `no patient can be predicted, ${why}`, {
    where: input,
    hint: `Lay images out as {patient}/{modality}/*.png, with ${isAnyEnough ? 'a' : 'every'} modality of the model under its name`,
  });
}
