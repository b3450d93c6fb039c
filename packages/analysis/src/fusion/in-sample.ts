import { basename, posix } from 'node:path';
import {
  bestModelPath,
  DataError,
  type FrozenRecord,
  type FusionModelFile,
  type InSample,
  type Split,
} from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import { RunFolder } from '@radweave/study/runs/run-folder';
import type { FeatureSource } from '../features/source.ts';

/** Whether a split's features of some modalities come from networks trained on the same patients. */
export function inSampleOf(
  sources: readonly FeatureSource[],
  modalities: readonly string[],
  split: Split,
): InSample {
  const states = sources
    .filter(({ modality }) => modalities.includes(modality))
    .map(({ sets }) => sets[split].in_sample);
  if (states.includes(true)) return 'yes';
  return states.includes(null) ? 'unknown' : 'no';
}

export interface ClassifierInput {
  modality: string;
  /** Whether the network was trained on the training patients; null when its checkpoint does not say. */
  in_sample: boolean | null;
  dims: number;
}

export function classifierInputs(
  sources: readonly FeatureSource[],
  modalities: readonly string[],
): ClassifierInput[] {
  return sources
    .filter(({ modality }) => modalities.includes(modality))
    .map(({ modality, sets }) => ({
      modality,
      in_sample: sets.train.in_sample,
      dims: sets.train.dims,
    }));
}

/**
 * What must be known to read the numbers of a split: which patients the networks were trained on, and the classifier fitted
 * on. With as many features as patients a linear classifier separates any labels (Cover 1965), those of noise too.
 *
 * @param patients number of training patients.
 * @param stacked whether there is a stacked classifier, the remedy of in-sample features.
 */
export function classifierCautions(
  own: readonly ClassifierInput[],
  split: Split,
  patients: number,
  stacked: boolean,
): Remark[] {
  const named = (state: boolean | null): string[] =>
    own.filter(({ in_sample }) => in_sample === state).map(({ modality }) => modality);
  const notes: Remark[] = [];
  const features = own.reduce((sum, one) => sum + one.dims, 0);
  if (split === 'train') notes.push(remark('classifier-fitted-here'));
  if (split === 'train' && features >= patients) {
    notes.push(remark('classifier-many-features', { features, patients }));
  }
  const [trained, unknown] = [named(true), named(null)];
  if (trained.length > 0) {
    const code = split === 'train' ? 'network-in-sample' : 'classifier-in-sample';
    notes.push(remark(stacked ? `${code}-stacked` : code, { modalities: trained }));
  }
  if (unknown.length > 0) notes.push(remark('training-unknown', { modalities: unknown }));
  return notes;
}

/** The only checkpoint of a run that validation chose. */
const BEST = basename(bestModelPath(''));

/** Modalities whose features are of a network, trained in this study, of which validation chose the epoch. */
export function chosenOnValidation(
  { modalities }: Pick<FusionModelFile, 'modalities'>,
  outputDir: string,
): string[] {
  const isBest = (path: string): boolean =>
    posix.basename(path) === BEST && !hadOneEpoch(outputDir, posix.basename(posix.dirname(path)));
  return modalities
    .filter(({ in_sample, checkpoint }) => in_sample === true && isBest(checkpoint))
    .map(({ modality }) => modality);
}

/** Of one epoch none was chosen. A run that is no longer there, or is damaged, may have had several. */
function hadOneEpoch(outputDir: string, name: string): boolean {
  const run = new RunFolder(outputDir, name, true);
  try {
    return run.exists() && run.read().epochs === 1;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

/**
 * What to say beside validation numbers. Cross-fitted networks, whose logits are stacked, are none of these.
 *
 * @param features modalities with classifiers of features of a chosen epoch.
 * @param networks modalities with an evaluated network of a chosen epoch.
 */
export function validationNote(features: readonly string[], networks: readonly string[] = []): Remark[] {
  const alone = networks.filter((one) => !features.includes(one));
  return [
    ...(features.length === 0 ? [] : [remark('validation-optimistic', { modalities: [...features] })]),
    ...(alone.length === 0 ? [] : [remark('validation-optimistic-networks', { modalities: alone })]),
  ];
}

/** Whether patients decided a threshold; else it was set beforehand, or there is none. */
export function isChosen(threshold: FrozenRecord | null): boolean {
  return threshold !== null && Object(threshold.value).rule !== 'fixed';
}

/** Numbers at a threshold are too good on the patients it was chosen on; one set beforehand was not chosen. */
export function thresholdCautions(threshold: FrozenRecord | null, split: Split): Remark[] {
  return split === 'val' && isChosen(threshold) ? [remark('threshold-chosen-here')] : [];
}
