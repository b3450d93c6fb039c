import type { FrozenRecord, InSample, Split } from '@radweave/artifacts';
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

/** The features that one modality gives to a classifier. */
export interface ClassifierInput {
  modality: string;
  /** Whether the network was trained on the training patients; null when its checkpoint does not say. */
  in_sample: boolean | null;
  dims: number;
}

/** What some modalities give to their classifier. */
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

/** The remedy of in-sample features where it is there already. */
export const REPORT_STACKED = "report 'stacked', which was fitted on out-of-fold logits";

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
): string[] {
  const named = (state: boolean | null): string =>
    own
      .filter(({ in_sample }) => in_sample === state)
      .map(({ modality }) => modality)
      .join(' and ');
  const notes: string[] = [];
  const dims = own.reduce((sum, one) => sum + one.dims, 0);
  if (split === 'train') notes.push('the classifier was fitted on these patients');
  if (split === 'train' && dims >= patients) {
    notes.push(
      `${dims} features for ${patients} training patients: the classifier separates them even where features are noise`,
    );
  }
  const [trained, unknown] = [named(true), named(null)];
  if (trained !== '') {
    const better = stacked ? "which is why 'stacked' was fitted on out-of-fold logits" : 'use cross-fitting';
    notes.push(
      split === 'train'
        ? `in-sample: the network of ${trained} was trained on these patients: too good to report, ${better}`
        : `the classifier was fitted on in-sample features of ${trained}: ${stacked ? REPORT_STACKED : 'use cross-fitting'}`,
    );
  }
  if (unknown !== '')
    notes.push(`the checkpoint of ${unknown} does not say which patients it was trained on`);
  return notes;
}

/** Numbers at a threshold are too good on the patients it was chosen on; one set beforehand was not chosen. */
export function thresholdCautions(threshold: FrozenRecord | null, split: Split): string[] {
  const isChosen = threshold !== null && Object(threshold.value).rule !== 'fixed';
  return split === 'val' && isChosen ? ['the threshold was chosen on these patients'] : [];
}
