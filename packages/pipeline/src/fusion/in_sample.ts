import type { InSample, Split } from '@radweave/artifacts';
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

/**
 * What must be known to read the numbers of a split: which patients the networks were trained on, the classifier fitted
 * on, the threshold chosen on.
 */
export function cautions(
  sources: readonly FeatureSource[],
  modalities: readonly string[],
  split: Split,
): string[] {
  const own = sources.filter(({ modality }) => modalities.includes(modality));
  const states = own.map(({ modality, sets }) => ({ modality, in_sample: sets.train.in_sample }));
  const threshold = split === 'val' ? ['the threshold was chosen on these patients'] : [];
  return [...threshold, ...classifierCautions(states, split)];
}

/** {@link cautions} but for the threshold's, from whether each modality's training features are in-sample. */
export function classifierCautions(
  own: readonly { modality: string; in_sample: boolean | null }[],
  split: Split,
): string[] {
  const named = (state: boolean | null): string =>
    own
      .filter(({ in_sample }) => in_sample === state)
      .map(({ modality }) => modality)
      .join(' and ');
  const notes: string[] = [];
  if (split === 'train') notes.push('the classifier was fitted on these patients');
  const [trained, unknown] = [named(true), named(null)];
  if (trained !== '') {
    notes.push(
      split === 'train'
        ? `in-sample: the network of ${trained} was trained on these patients: too good to report, use cross-fitting`
        : `the classifier was fitted on in-sample features of ${trained}: use cross-fitting`,
    );
  }
  if (unknown !== '')
    notes.push(`the checkpoint of ${unknown} does not say which patients it was trained on`);
  return notes;
}
