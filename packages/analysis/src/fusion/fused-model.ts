import {
  type Config,
  DataError,
  type FittedClassifier,
  type FusionModality,
  type FusionModelFile,
  type FusionPrediction,
  labelNamesOf,
  SPLITS,
  type Split,
} from '@radweave/artifacts';
import { distinct, type Remark, several, shownModel } from '@radweave/remarks';
import { rowOf } from '@radweave/stats';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { programVersions } from '@radweave/study/context/versions';
import { predictedLabels } from '@radweave/study/decisions/predicted-label';
import { thresholdRuleOf } from '@radweave/study/decisions/threshold';
import type { Alignment } from '../features/align.ts';
import type { FeatureSource } from '../features/source.ts';
import { classify, type FitSet, fitClassifier, TOLERANCE, thresholdOf } from './classifier.ts';
import { concatenate, type FusedSplit, having } from './fused-split.ts';
import { classifierCautions, classifierInputs, inSampleOf, thresholdCautions } from './in-sample.ts';
import { classifierFor, isOfKinds, kindNotes, kindsBetween } from './kinds.ts';
import type { ScoredSplit } from './metrics.ts';
import { usedOf } from './since-fused.ts';
import type { Stack } from './stack.ts';

/** The classifier of all modalities and those of each alone, as written, and what must be said beside their numbers. */
export interface FusedModel {
  file: FusionModelFile;
  modalities: string[];
  classes: number;
  sources: readonly FeatureSource[];
  /** By classifier. */
  trainingPatients: Readonly<Record<string, number>>;
  /** By classifier: what its fit itself calls for. */
  fitNotes: ReadonlyMap<string, readonly Remark[]>;
  warnings: string[];
  /** Modalities whose network was trained on the same patients. */
  inSample: string[];
  /** On out-of-fold logits; null unless asked for. */
  stack: Stack | null;
}

/**
 * Fits `fused` and, where there are several, each modality alone, each on the training patients who have its modalities. Where
 * some lack modalities, so is one for every other kind of patients that there are.
 *
 * @param splits everybody who is to be predicted.
 * @param stacked whether a stacked classifier is to stand beside them.
 */
export function fitFusedModel(
  alignment: Alignment,
  splits: Record<Split, FusedSplit>,
  { fusion, evaluation }: Pick<Config, 'fusion' | 'evaluation'>,
  stacked: boolean,
): FusedModel {
  const { sources } = alignment;
  const rule = thresholdRuleOf(evaluation);
  const modalities = sources.map(({ modality }) => modality);
  const classes = countClasses(splits, modalities);
  const labels = labelNamesOf(classes, alignment.labelNames);
  const alone = modalities.length > 1 ? modalities.map((name) => ({ name, own: [name] })) : [];
  const { between, unfitted } = kindsBetween(splits, modalities, classes);
  const fitNotes = new Map<string, Remark[]>();
  const warnings: string[] = [...unfitted];
  const classifiers = [{ name: 'fused', own: modalities }, ...alone, ...between].map(
    ({ name, own }): FittedClassifier => {
      const [train, val] = [fitSet(splits.train, own), fitSet(splits.val, own)];
      const { classifier, notes } = fitClassifier(name, own, train, val, labels, { ...fusion, rule });
      fitNotes.set(name, notes);
      warnings.push(...notes.map((note) => `Classifier '${shownModel(name, modalities)}': ${note.text}.`));
      return classifier;
    },
  );
  const inputs = classifierInputs(sources, modalities);
  const patients = having(splits.train, modalities).patients.length;
  const cautions = SPLITS.flatMap((split) => classifierCautions(inputs, split, patients, stacked));
  const notes = distinct(cautions).map(({ text }) => text);
  const { C, max_iter, random_state, standardize } = fusion;
  const { confidence_level } = evaluation;
  return {
    file: {
      format: 1,
      label_names: labels,
      pooling: 'mean',
      modalities: sources.map(modalityOf),
      options: { C, max_iter, tol: TOLERANCE, random_state, standardize, confidence_level },
      classifiers,
      notes,
      versions: programVersions(),
    },
    modalities,
    classes,
    sources,
    fitNotes,
    warnings,
    inSample: modalities.filter((name) => inSampleOf(sources, [name], 'train') === 'yes'),
    trainingPatients: Object.fromEntries(
      classifiers.map(({ name, modalities: own }) => [name, having(splits.train, own).patients.length]),
    ),
    stack: null,
  };
}

/** Those of a set who have these modalities, with their features. */
function fitSet(everyone: FusedSplit, modalities: readonly string[]): FitSet {
  const fused = having(everyone, modalities);
  return { fused, features: concatenate(fused.pooled, modalities, fused.patients.length) };
}

/** Labels count from 0, so the largest gives their number. */
function countClasses(splits: Record<Split, FusedSplit>, modalities: readonly string[]): number {
  const largest = SPLITS.map((split) => Math.max(-1, ...splits[split].labels));
  if (having(splits.train, modalities).labels.length === 0) {
    throw new DataError('E_FUSE', 'no training patient has features of every modality', {
      hint: 'See aligned/missing.csv in the features folder of train',
    });
  }
  return Math.max(2, ...largest.map((label) => label + 1));
}

function modalityOf(source: FeatureSource): FusionModality {
  const { sets } = source;
  const { model, dims, image_size, normalize_mean, normalize_std, precision, in_sample } = sets.train;
  return {
    ...usedOf(source),
    ...{ model, dims, image_size, normalize_mean, normalize_std, precision, in_sample },
    slices_identity: forEachSplit((split) => sets[split].slices_identity),
  };
}

/** What every classifier says of those of a split who have its modalities. */
export function scoreSplit(model: FusedModel, everyone: FusedSplit): ScoredSplit[] {
  const own = model.file.classifiers.map((classifier): ScoredSplit => {
    const { name, modalities } = classifier;
    const { fused, features } = fitSet(everyone, modalities);
    const inputs = classifierInputs(model.sources, modalities);
    return {
      model: name,
      fused,
      probabilities: features.rows === 0 ? features : classify(classifier, model.classes, features),
      threshold: thresholdOf(classifier),
      inSample: inSampleOf(model.sources, modalities, fused.split),
      notes: [
        ...(model.fitNotes.get(name) ?? []),
        ...thresholdCautions(classifier.threshold, fused.split),
        ...classifierCautions(inputs, fused.split, model.trainingPatients[name] ?? 0, model.stack !== null),
        ...kindNotes(everyone.owned, modalities, model.modalities),
      ],
    };
  });
  return model.stack === null ? own : [...own, model.stack.scored[everyone.split]];
}

/** Rows of `predictions_{split}.csv`: everybody, predicted by the classifier of what they have. */
export function splitPredictions(
  { file }: FusedModel,
  scored: readonly ScoredSplit[],
  everyone: FusedSplit,
): FusionPrediction[] {
  const all = scored.map((one) => ({
    ...one,
    rowOf: new Map(one.fused.patients.map(({ patient_id }, row) => [patient_id, row])),
    predicted: predictedLabels(one.probabilities, one.threshold),
  }));
  return everyone.patients.flatMap(({ patient_id, hospital, label }, i): FusionPrediction[] => {
    const used = classifierFor(everyone.owned[i] ?? [], file.classifiers);
    const main = all.find(({ model }) => model === used?.name);
    if (main === undefined) return [];
    const probabilities = all.flatMap(({ model, rowOf: rows, probabilities: own }) => {
      const row = rows.get(patient_id);
      return row === undefined ? [] : [[model, Array.from(rowOf(own, row))] as const];
    });
    return [
      {
        patient: patient_id,
        hospital,
        label,
        probabilities: Object.fromEntries(probabilities),
        ...(file.missing === undefined ? {} : { model: main.model }),
        predicted: main.predicted[main.rowOf.get(patient_id) ?? 0] ?? 0,
        in_sample: main.inSample,
        note: several(main.notes.filter(({ code }) => !isOfKinds(code)))?.text ?? '',
      },
    ];
  });
}
