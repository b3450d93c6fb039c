import { of } from '../entry.ts';
import { and, are, counted, theNetworks } from './grammar.ts';

const CALIBRATED =
  'before calibration; Brier score, calibration, net benefit, NRI and IDI are of calibrated ones, where a model could be calibrated';
const STACKED = "'stacked' was fitted on out-of-fold logits instead";

interface Earlier {
  n: number;
  hospitals: readonly string[];
  splits: readonly string[];
  isPartlyHere: boolean;
}

function earlier(verb: string, { n, hospitals, splits, isPartlyHere }: Earlier): string {
  const overlap = isPartlyHere ? ', perhaps some of these' : '';
  return `was taken over from an earlier evaluation, which ${verb} it on ${counted(n, 'patient')} of ${and(hospitals)} (${and(splits)})${overlap}`;
}

/** What stands beside the numbers of an evaluation, and what a reader of the whole must know. */
export const EVALUATION = {
  'no-interval': of({ reason: 'remark' }, ({ reason }) => `no interval: ${reason}`),
  'no-test': of({ reason: 'remark' }, ({ reason }) => `no test: ${reason}`),
  'no-mcnemar': of({ reason: 'remark' }, ({ reason }) => `McNemar: ${reason}`),
  'no-width': 'no interval: both limits are the same number, which says nothing about the uncertainty',
  'same-in-resamples': 'no interval: all resamples of the patients give the same value',
  'biased-upward':
    'biased upward in small groups, and in resamples still more: the interval lies too high and may lie above the value',
  'outside-interval':
    'the interval does not contain the value: in so small a group, resamples of the patients shift this number',
  'reported-per-class': 'reported for each label',
  'given-per-class': 'given for each label',
  'macro-by-bootstrap':
    'the interval of the macro AUC is by bootstrap; DeLong, NRI and IDI are given for each label',
  'few-for-delong': of(
    { least: 'number' },
    ({ least }) =>
      `few patients with one of the labels (under ${least}): p of DeLong's test may be far too small, and the intervals of the differences too narrow, as both assume many (the number is Radweave's own limit)`,
  ),
  'few-of-label': of(
    { hospitals: 'texts' },
    ({ hospitals }) => `fewer than 2 patients of a label, so left out: ${hospitals.join(', ')}`,
  ),
  'no-variance-in': of(
    { hospitals: 'texts' },
    ({ hospitals }) =>
      `no variance of the AUC in ${and(hospitals)} (it is 0 or 1, or all patients have one probability): the interval is too narrow, and Q leaves ${hospitals.length === 1 ? 'this hospital' : 'these hospitals'} out`,
  ),
  'no-external-hospital': 'there is no external hospital',
  'nobody-in': of({ split: 'split' }, ({ split }) => `there are no patients in ${split}`),
  'all-predicted': of(
    { label: 'text' },
    ({ label }) => `all are predicted ${label}: the accuracy is that label's share`,
  ),
  'threshold-chosen-here': 'the threshold was chosen on these patients',
  'threshold-taken-over': of(
    { n: 'number', hospitals: 'texts', splits: 'splits', isPartlyHere: 'flag' },
    (given) => `the threshold ${earlier('chose', given)}`,
  ),
  'threshold-unchosen': of(
    { reason: 'remark' },
    ({ reason }) => `the threshold is 0.5, not chosen: ${reason}`,
  ),
  'calibrator-fitted-here':
    'the calibrator was fitted on these patients: Brier score and calibration are optimistic here',
  'calibrator-taken-over': of(
    { n: 'number', hospitals: 'texts', splits: 'splits', isPartlyHere: 'flag' },
    (given) => `the calibrator ${earlier('fitted', given)}`,
  ),
  'not-calibrated': of({ reason: 'remark' }, ({ reason }) => `not calibrated: ${reason}`),
  'epoch-chosen-here': 'the best epoch was chosen on these patients',
  'network-trained-here': 'in-sample: the network was trained on these patients',
  'classifier-fitted-here': 'the classifier was fitted on these patients',
  'classifier-many-features': of(
    { features: 'number', patients: 'number' },
    ({ features, patients }) =>
      `${counted(features, 'feature')} for ${counted(patients, 'training patient')}: the classifier separates them even where features are noise`,
  ),
  'network-in-sample': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `in-sample: ${theNetworks(modalities)} trained on these patients: do not report it, use cross-fitting`,
  ),
  'network-in-sample-stacked': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `in-sample: ${theNetworks(modalities)} trained on these patients: do not report it; 'stacked' was fitted on out-of-fold logits instead`,
  ),
  'classifier-in-sample': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `the classifier was fitted on in-sample features of ${and(modalities)}: use cross-fitting`,
  ),
  'classifier-in-sample-stacked': of(
    { modalities: 'texts' },
    ({ modalities }) => `the classifier was fitted on in-sample features of ${and(modalities)}: ${STACKED}`,
  ),
  'training-unknown': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `the checkpoint${modalities.length === 1 ? '' : 's'} of ${and(modalities)} ${modalities.length === 1 ? 'does' : 'do'} not say which patients the network${modalities.length === 1 ? ' was' : 's were'} trained on`,
  ),
  'not-converged': of(
    { n: 'number' },
    ({ n }) => `not converged after ${counted(n, 'iteration')}: raise --max_iter`,
  ),
  'stack-fitted-here': 'the stack was fitted on the out-of-fold logits of these patients',
  'aggregation-chosen': 'chosen on validation',
  'aggregation-set': 'as configured, not chosen by these numbers',
  'aggregation-frozen': 'frozen before',
  'no-validation-auc': of({ reason: 'remark' }, ({ reason }) => `no validation AUC: ${reason}`),
  'fusion-in-sample': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `the logistic regression was fitted on in-sample features of ${and(modalities)}, which look better than those of new patients: cross-fitting is the remedy`,
  ),
  'fusion-in-sample-stacked': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `the logistic regression was fitted on in-sample features of ${and(modalities)}, which look better than those of new patients: ${STACKED}`,
  ),
  unevaluated: of(
    { what: 'remark', command: 'text' },
    ({ what, command }) => `not evaluated: ${what}; make it with: ${command}`,
  ),
  'fusion-missing': of({ folder: 'text' }, ({ folder }) => `there is no fusion in ${folder}`),
  'fusion-unfinished': of({ folder: 'text' }, ({ folder }) => `the fusion in ${folder} is unfinished`),
  'fusion-not-evaluated': 'there is a fusion, but the evaluation does not include it',
  'run-missing': of(
    { modality: 'text' },
    ({ modality }) => `no finished training run of modality ${modality}`,
  ),
  'run-unfinished': of(
    { run: 'text', modality: 'text' },
    ({ run, modality }) => `the training run '${run}' of modality ${modality} is unfinished`,
  ),
  'run-other-split': of(
    { run: 'text', modality: 'text' },
    ({ run, modality }) =>
      `no run of modality ${modality} was trained on the present split; the newest, '${run}', was trained on another one`,
  ),
  'run-other-test': of(
    { run: 'text', modality: 'text' },
    ({ run, modality }) =>
      `the run '${run}' of modality ${modality} was tested on other patients than those now in the test set`,
  ),
  'run-without-predictions': of(
    { run: 'text' },
    ({ run }) => `run '${run}' has no slice_predictions_*.csv: it is of an older version, train again`,
  ),
  'decisions-taken-over': 'frozen decisions were taken over from an earlier evaluation, not fitted here',
  'validation-optimistic': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `validation AUCs of the ${modalities.length === 1 ? 'network' : 'networks'} of ${and(modalities)}, and of classifiers of ${modalities.length === 1 ? 'its' : 'their'} features, are optimistic: the epoch was chosen by the AUC of the validation patients`,
  ),
  'validation-optimistic-networks': of(
    { modalities: 'texts' },
    ({ modalities }) =>
      `validation AUCs of the ${modalities.length === 1 ? 'network' : 'networks'} of ${and(modalities)} are optimistic: the epoch was chosen by the AUC of the validation patients`,
  ),
  'slices-by-best':
    "slice probabilities are pooled per patient by the aggregation of highest validation AUC, so the networks' validation AUC is optimistic",
  'slices-by': of(
    { aggregation: 'aggregation' },
    ({ aggregation }) =>
      `slice probabilities are pooled per patient by ${aggregation}, as configured; the aggregation table compares the alternatives`,
  ),
  'nobody-has': of({ split: 'split' }, ({ split }) => `nobody in ${split} has these modalities`),
  'kind-all': of({ n: 'number' }, ({ n }) => `all modalities: ${n}`),
  'kind-only': of(
    { modalities: 'texts', n: 'number' },
    ({ modalities, n }) => `only ${and(modalities)}: ${n}`,
  ),
  'kind-all-by': of(
    { model: 'model' },
    ({ model }) => `patients with all modalities are predicted by ${model}`,
  ),
  'kind-by': of(
    { modalities: 'texts', model: 'model' },
    ({ modalities, model }) => `patients with ${and(modalities)} only are predicted by ${model}`,
  ),
  'kinds-here': of(
    { kinds: 'remarks' },
    ({ kinds }) => `patients of this set by the modalities that they have: ${kinds.join(', ')}`,
  ),
  'kinds-elsewhere': of(
    { kinds: 'remarks' },
    ({ kinds }) => `not in these numbers, but predicted by the model of what they have: ${kinds.join(', ')}`,
  ),
  'network-is-run': of({ network: 'model', run: 'text' }, ({ network, run }) => `${network} is run '${run}'`),
  'frozen-at-random': of(
    { network: 'model', stages: 'number' },
    ({ network, stages }) =>
      `the first ${stages === 1 ? 'stage' : `${stages} stages`} of ${network} ${are(stages)} frozen at random weights, which nothing trains: from scratch, set model.freeze_stages to 0`,
  ),
  'other-checkpoint': of(
    { network: 'model', file: 'text' },
    ({ network, file }) => `${network} is not the checkpoint whose features were classified (${file})`,
  ),
  'unknown-checkpoint': of(
    { network: 'model', modality: 'text' },
    ({ network, modality }) =>
      `the features of ${modality} that were classified come from another program, so it is not known whether they are those of ${network}`,
  ),
  'thresholds-uncalibrated': `thresholds apply to probabilities ${CALIBRATED}`,
  'ranks-uncalibrated': `AUC and average precision belong to probabilities ${CALIBRATED}`,
  'nri-continuous': 'NRI is the continuous (category-free) index',
  'bootstrap-percentiles':
    'bootstrap intervals are percentiles of resampled patients, drawn within each label and hospital',
  'small-groups': 'the smaller a group, the wider its intervals; where there is none, a note says why',
};
