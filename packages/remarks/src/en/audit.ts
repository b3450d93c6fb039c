import { of } from '../entry.ts';
import { fusedModel } from '../model-names.ts';
import { and, counted } from './grammar.ts';

const some = (n: number, noun: string): string[] => (n === 0 ? [] : [counted(n, noun)]);

/** What the leakage audit looked at, could not look at and found; findings are named as in `audit.json`. */
export const AUDIT = {
  'audit-found': of(
    { what: 'remark', n: 'number', isAtLeast: 'flag' },
    ({ what, n, isAtLeast }) => `${what} (${isAtLeast ? 'at least ' : ''}${counted(n, 'case')})`,
  ),
  'audit-not-checked': of({ reasons: 'remarks' }, ({ reasons }) => `not checked: ${reasons.join('; ')}`),
  'audit-patients': of({ n: 'number' }, ({ n }) => counted(n, 'patient')),
  'audit-ids': of(
    { n: 'number' },
    ({ n }) =>
      `${counted(n, 'patient ID')}, compared within each hospital: ignoring case, full or half width, separators and zero padding, ` +
      'and a last letter, number, date or word such as a, _2, _20240131, v1, pre or _left',
  ),
  'audit-sources': of({ names: 'texts' }, ({ names }) => names.join(', ')),
  'audit-split-files': 'split files',
  'audit-split-files-and': of({ file: 'text' }, ({ file }) => `split files and ${file}`),
  'audit-slices': of({ n: 'number' }, ({ n }) => counted(n, 'slice')),
  'audit-slices-compared': of(
    { n: 'number', constant: 'number' },
    ({ n, constant }) => `${counted(n, 'slice')}, ${counted(constant, 'constant one')} not compared`,
  ),
  'audit-slices-near': of(
    { n: 'number', bits: 'number' },
    ({ n, bits }) => `${counted(n, 'slice')}, at most ${counted(bits, 'bit')} of 64 different`,
  ),
  'audit-runs': of(
    { n: 'number' },
    ({ n }) =>
      `${counted(n, 'run')} (${n === 1 ? 'its epoch was' : 'their epochs were'} chosen by validation AUC, so validation AUCs are optimistic)`,
  ),
  'audit-runs-one-epoch': of(
    { n: 'number' },
    ({ n }) => `${counted(n, 'run')} of one epoch, which nothing chose`,
  ),
  'audit-fold-models': of({ n: 'number', records: 'number' }, ({ n, records }) =>
    n === 0
      ? `${counted(records, 'record')} of logits alone: no model of a fold is there any more`
      : `${counted(n, 'fold model')}, ${counted(records, 'record')} of logits`,
  ),
  'audit-features': of({ modalities: 'texts' }, ({ modalities }) => `features of ${modalities.join(', ')}`),
  'audit-fusion': of({ modalities: 'texts' }, ({ modalities }) =>
    modalities.length === 1 ? `the ${fusedModel(modalities)}` : `the fusion of ${modalities.join(', ')}`,
  ),
  'audit-frozen': of(
    { n: 'number', evaluated: 'number', scalers: 'number', thresholds: 'number' },
    ({ n, evaluated, scalers, thresholds }) => {
      const fused = and([...some(scalers, 'scaler'), ...some(thresholds, 'threshold')]);
      return `${counted(n, 'frozen decision')} (${evaluated} of the evaluation${fused === '' ? '' : `; ${fused} of fusion/model.json`})`;
    },
  ),
  'audit-nothing': 'there was nothing to look at',
  'audit-no-pixels': 'looking at pixels was switched off',
  'audit-undecodable': of(
    { n: 'number', file: 'text', fault: 'fault' },
    ({ n, file, fault }) =>
      `${counted(n, 'image')} cannot be decoded${n > 1 ? ', such as' : ':'} ${file}: ${fault}`,
  ),
  'audit-unreadable': of({ file: 'text', fault: 'fault' }, ({ file, fault }) => `${fault} (${file})`),
  'audit-damaged-features': of(
    { n: 'number', modality: 'text', split: 'split', example: 'remark', file: 'text' },
    ({ n, modality, split, example }) =>
      `the features of modality ${modality} must be extracted again for ${counted(n, 'patient')} in ${split}${n > 1 ? ', such as' : ':'} ${example}`,
  ),
  'audit-no-file': of({ file: 'text' }, ({ file }) => `there is no ${file}`),
  'audit-not-there': of({ file: 'text' }, ({ file }) => `${file} is not there`),
  'audit-no-cohort-splits': of(
    { file: 'text' },
    ({ file }) => `there is no ${file} to compare the split files with`,
  ),
  'audit-no-cohort-labels': of({ file: 'text' }, ({ file }) => `there is no ${file} to compare labels with`),
  'audit-one-modality': 'there is one modality only',
  'audit-one-hospital': 'all patients are of one hospital',
  'audit-no-slice-hashes': 'there is no summary.json with hashes of the slices',
  'audit-too-many-pairs': of(
    { n: 'number' },
    ({ n }) => `more than ${counted(n, 'pair')} of images have similar hashes; the others were not compared`,
  ),
  'audit-no-run': of({ modality: 'text' }, ({ modality }) => `modality ${modality} has no trained run`),
  'audit-no-features': of({ modality: 'text' }, ({ modality }) => `modality ${modality} has no features`),
  'audit-no-fold-splits': of({ run: 'text' }, ({ run }) => `run ${run} has no split files`),
  'audit-no-folds': 'nothing was cross-validated or cross-fitted',
  'audit-no-folds-but-searched':
    'nothing was cross-validated or cross-fitted but the trials of a search of settings, whose networks are deleted',
  'audit-no-fusion': of({ file: 'text' }, ({ file }) => `there is no fusion: ${file}`),
  'audit-no-evaluation': of({ folder: 'text' }, ({ folder }) => `there is no evaluation in ${folder}`),
  'audit-checkpoint-gone': of(
    { modality: 'text', file: 'text' },
    ({ modality, file }) =>
      `the checkpoint of the features of ${modality} is gone or was changed since: ${file}`,
  ),
  'audit-silent': of({ file: 'text' }, ({ file }) => `${file} does not say which patients it was trained on`),
  'audit-silent-features': of(
    { file: 'text', modality: 'text' },
    ({ file, modality }) => `${file} of ${modality} does not say which patients it was trained on`,
  ),
  'audit-other-key': of(
    { file: 'text', key: 'text' },
    ({ file, key }) =>
      `${file} names its patients under another key than ${key}, so nobody can tell which patients it has seen`,
  ),
  'audit-silent-start': of(
    { file: 'text', reason: 'remark' },
    ({ file, reason }) => `${file} was started from weights whose training patients are not known: ${reason}`,
  ),
  'audit-foreign': of(
    { file: 'text' },
    ({ file }) => `${file} was written by another program and does not say which patients it was trained on`,
  ),
  'audit-foreign-features': of(
    { modality: 'text' },
    ({ modality }) =>
      `the features of ${modality} were made by another program: it is not known which patients their network was trained on`,
  ),
  WARN_UNREADABLE: 'a file that had to be looked at cannot be read',
  LEAK_PATIENT_SPLITS: 'the same patient is in two splits',
  LEAK_PATIENT_HOSPITALS: 'split files and cohort.csv name different hospitals for one patient',
  WARN_TEST_AT_HOME:
    'a hospital has patients in the test set and in training or validation: its test is internal',
  WARN_ID_HOSPITALS:
    'patient IDs of different hospitals are the same, or differ in case, separators or zero padding only',
  LEAK_SPLIT_MODALITIES: 'a patient is in different splits, depending on the file',
  LEAK_SAME_ID: 'IDs in different splits differ in case, separators or zero padding only',
  WARN_SAME_ID: 'IDs in one split differ in case, separators or zero padding only: a patient may count twice',
  WARN_ID_SUFFIX: 'IDs in different splits differ in a suffix only: visits of one patient?',
  INFO_ID_SUFFIX:
    'IDs in one split differ in a suffix only: visits of one patient would count as several patients',
  INFO_ID_NUMBERED: of(
    { most: 'number' },
    ({ most }) =>
      `IDs differ in a suffix only, mostly in groups of more than ${most}: taken as patients numbered in sequence, not as visits of one patient`,
  ),
  LEAK_LABEL_CONFLICT: 'the same patient has two labels',
  WARN_LABEL_FOLDERS: 'images of one grade folder have different labels',
  WARN_SPLIT_CHANGED: 'files of the split are not those that preprocess wrote',
  WARN_SLICES_CHANGED: 'slices have changed since the patients were divided',
  WARN_LABEL_ON_DISK:
    'on disk these patients lie in a class folder whose label differs from that in the split',
  WARN_FOLDERS_MOVED: 'folders seem to have been moved or renamed since the patients were divided',
  WARN_OTHER_ROOT: 'the split was made from another folder than data.root_dir',
  LEAK_IDENTICAL_SLICES: 'patients in different splits share an image, pixel for pixel',
  WARN_IDENTICAL_SLICES: 'patients in one split share an image, pixel for pixel',
  WARN_NEAR_SLICES: 'patients in different splits have near-identical images',
  INFO_SIMILAR_SLICES: of(
    { limit: 'number' },
    ({ limit }) =>
      `images of patients in different splits have similar hashes, but a correlation below ${limit}`,
  ),
  LEAK_CHECKPOINT_TRAINED: 'a network was trained on patients who are now in validation or test',
  LEAK_CHECKPOINT_SELECTED: 'the epoch of a network was chosen on patients who are now in test',
  WARN_CHECKPOINT_OLD: 'other runs have seen patients who are now in validation or test',
  LEAK_FOLD: 'fold models have seen patients of their held-out fold',
  LEAK_LOGITS: 'cross-fitted logits come from models that have seen patients now in validation or test',
  WARN_LOGITS_OLD:
    'cross-fitted logits, which no stacked model uses, come from models that have seen patients now in validation or test',
  LEAK_FEATURES_TRAINED: 'features come from a network trained on patients of validation or test',
  LEAK_FEATURES_SELECTED: 'features come from a network whose epoch was chosen on patients of test',
  LEAK_FEATURES_SPLIT: 'features are in another split than their patients are now',
  LEAK_FEATURES_SAME: 'patients in different splits have the very same features',
  WARN_FEATURES_SAME: 'patients in one split have the very same features',
  WARN_FEATURES_PATIENTS: 'features are not of the present patients or slices',
  LEAK_FUSION_FITTED:
    'a logistic regression on features was fitted on patients who are now in validation or test',
  LEAK_FUSION_THRESHOLD:
    'the threshold of a logistic regression on features was chosen on patients who are now in test',
  WARN_FUSION_PATIENTS: 'a logistic regression is not of the present patients, slices or features',
  WARN_FUSION_IN_SAMPLE:
    'a logistic regression was fitted on in-sample features: those of a network that was trained on the same patients',
  INFO_FUSION_IN_SAMPLE:
    "a logistic regression was fitted on in-sample features; 'stacked' was fitted on out-of-fold logits",
  LEAK_FROZEN_EXTERNAL: 'a decision was fitted on the patients it is evaluated on: external or test',
  LEAK_FROZEN_CHANGED: 'a frozen decision was changed after it was fitted',
};
