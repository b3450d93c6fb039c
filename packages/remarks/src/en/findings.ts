import { of } from '../entry.ts';
import { areaParts, digitsApart, isOneNumber, percent, pValue, two } from '../numbers.ts';
import { and, counted } from './grammar.ts';

const SAME_LABEL = 'are predicted to have the same label, whose share is the accuracy';

const placed = (model: string, hospital: string, isMacro: boolean): string =>
  `${model}${hospital === '' ? '' : ` in ${hospital}`}, ${isMacro ? 'macro AUC' : 'AUC'}`;

const listed = (head: string, items: readonly string[]): string => `${head}: ${items.join('; ')}`;

/** What an evaluation found; the models of a list follow their sentence. */
export const FINDINGS = {
  'found-better': of({ level: 'number', models: 'remarks', test: 'test' }, ({ level, models, test }) =>
    listed(
      `better than chance ${test.where} (the ${percent(level, 4)} interval of the AUC lies above 0.5)`,
      models,
    ),
  ),
  /** Of classes that are separated completely. */
  'found-better-exact': of({ limit: 'number', models: 'remarks', test: 'test' }, ({ limit, models, test }) =>
    listed(
      `better than chance ${test.where} (an AUC of 1 has no interval; p of an exact test is below ${limit})`,
      models,
    ),
  ),
  'found-only-between': of({ models: 'remarks', test: 'test' }, ({ models, test }) =>
    listed(
      `the model may tell hospitals apart rather than labels, as the AUC of all ${test.patients} lies above 0.5, but no ${test.hospital} has two patients of each of two labels`,
      models,
    ),
  ),
  'found-not-within': of({ level: 'number', models: 'remarks', test: 'test' }, ({ level, models, test }) =>
    listed(
      `the model may tell hospitals apart rather than labels, as the AUC of all ${test.patients} lies above 0.5, but not that within hospitals, which compares patients of the same one only (no ${percent(level, 4)} interval lies above 0.5)`,
      models,
    ),
  ),
  'found-none-better': of({ level: 'number', models: 'remarks', test: 'test' }, ({ level, models, test }) =>
    listed(
      `no model is shown to be better than chance ${test.where} (that takes a ${percent(level, 4)} interval of the AUC of all ${test.patients} above 0.5 that a rank test and the number of patients support)`,
      models,
    ),
  ),
  'found-not-better': of({ models: 'remarks', test: 'test' }, ({ models, test }) =>
    listed(`not shown to be better than chance ${test.where}`, models),
  ),
  'found-worse': of({ level: 'number', models: 'remarks', test: 'test' }, ({ level, models, test }) =>
    listed(
      `worse than chance ${test.where} (the ${percent(level, 4)} interval of the AUC lies below 0.5)`,
      models,
    ),
  ),
  'found-worse-exact': of({ limit: 'number', models: 'remarks', test: 'test' }, ({ limit, models, test }) =>
    listed(
      `worse than chance ${test.where} (an AUC of 0 has no interval; p of an exact test is below ${limit})`,
      models,
    ),
  ),
  'found-internal-test': of(
    { hospitals: 'texts' },
    ({ hospitals }) =>
      `the test is internal, and shows nothing about patients of other hospitals: ${and(hospitals)} ${hospitals.length === 1 ? 'has' : 'have'} patients in it and in training or validation`,
  ),
  /** Of a test set that has patients of other hospitals too. */
  'found-partly-internal-test': of(
    { hospitals: 'texts' },
    ({ hospitals }) =>
      `the test is external in part only: ${and(hospitals)} ${hospitals.length === 1 ? 'has' : 'have'} patients in it and in training or validation`,
  ),
  'found-untold': of(
    { test: 'test' },
    ({ test }) => `${test.patients} are too few, or of one label only, to tell an AUC from chance`,
  ),
  'found-only-label': of(
    { label: 'text', test: 'test' },
    ({ label, test }) => `all ${test.patients} have the same label, ${label}: there is no AUC of them`,
  ),
  'found-no-external': 'there is no external hospital: nothing is known about patients of other hospitals',
  'found-single-not-better': of({ models: 'remarks' }, ({ models }) =>
    listed('not shown to be better than chance in single hospitals', models),
  ),
  'found-single-better': of({ models: 'remarks' }, ({ models }) =>
    listed('better than chance in single hospitals', models),
  ),
  'found-single-worse': of({ models: 'remarks' }, ({ models }) =>
    listed('worse than chance in single hospitals', models),
  ),
  'found-opposed': of({ models: 'remarks', test: 'test' }, ({ models, test }) =>
    listed(
      `better than chance in one hospital and worse in another, so the AUC of all ${test.patients} describes neither`,
      models,
    ),
  ),
  'found-validation-chance':
    'no model is shown to be better than chance even on the validation patients, who were used to choose epochs and thresholds (that takes an interval of the AUC above 0.5 that a rank test and the number of patients support)',
  'found-validation-few': of({ labels: 'remarks' }, ({ labels }) =>
    listed(
      'the validation patients, who were used to choose epochs and thresholds, are too few to tell any AUC from chance',
      labels,
    ),
  ),
  'found-spread': of({ limit: 'number', models: 'remarks', test: 'test' }, ({ limit, models, test }) =>
    listed(
      `the AUC seems to differ between the ${test.hospitals}, so the pooled AUC may describe none of them (Cochran's Q, p below ${limit})`,
      models,
    ),
  ),
  'found-one-label-test': of({ models: 'remarks', test: 'test' }, ({ models, test }) =>
    listed(`all ${test.patients} ${SAME_LABEL}`, models),
  ),
  'found-one-label-val': of({ models: 'remarks' }, ({ models }) =>
    listed(`all validation patients ${SAME_LABEL}`, models),
  ),
  'found-one-label-hospital': of({ models: 'remarks' }, ({ models }) =>
    listed(
      'all patients of a hospital are predicted to have the same label, although they have several',
      models,
    ),
  ),
  'found-never-predicted': of({ models: 'remarks' }, ({ models }) =>
    listed(
      'a label is never predicted: look at how many training patients have it, and at training.class_weights',
      models,
    ),
  ),
  'found-many-features': of({ models: 'remarks' }, ({ models }) =>
    listed(
      'as many features as training patients or more, so that even noise separates them and probabilities become too extreme',
      models,
    ),
  ),
  'found-certain': of({ high: 'number', models: 'remarks' }, ({ high, models }) =>
    listed(`the most probable label has a probability above ${two(high)}`, models),
  ),
  'found-same': of({ models: 'remarks', test: 'test' }, ({ models, test }) =>
    listed(`all ${test.patients} have the same probabilities, which say nothing about them`, models),
  ),
  'found-alike': of({ models: 'remarks', test: 'test' }, ({ models, test }) =>
    listed(
      `the probabilities of the ${test.patients} hardly differ, so they say little beyond the order of the patients`,
      models,
    ),
  ),
  'found-rare-label': of({ labels: 'remarks' }, ({ labels }) =>
    listed('a label is rare among the training patients', labels),
  ),
  /** `hospital` is empty where the patients of all are meant. */
  'of-auc': of(
    { model: 'model', hospital: 'text', isMacro: 'flag', auc: 'number', lower: 'number', upper: 'number' },
    ({ model, hospital, isMacro, auc, lower, upper }) => {
      const { value, interval } = areaParts(auc, lower, upper);
      return `${placed(model, hospital, isMacro)} ${value} (${interval})`;
    },
  ),
  /** Of an AUC that could not differ from chance, whatever it were. */
  'of-too-few': of({ auc: 'remark' }, ({ auc }) => `${auc}, too few patients to show anything`),
  /** Of an AUC whose interval leaves out 0.5 where p of the rank test is too large. */
  'of-unsupported': of(
    { auc: 'remark', p: 'number' },
    ({ auc, p }) => `${auc}, p of a rank test ${pValue(p)}`,
  ),
  'of-auc-exact': of(
    { model: 'model', hospital: 'text', isMacro: 'flag', auc: 'number', p: 'number' },
    ({ model, hospital, isMacro, auc, p }) =>
      `${placed(model, hospital, isMacro)} ${two(auc)} (exact p ${pValue(p)})`,
  ),
  'of-auc-alone': of(
    { model: 'model', hospital: 'text', isMacro: 'flag', auc: 'number' },
    ({ model, hospital, isMacro, auc }) => `${placed(model, hospital, isMacro)} ${two(auc)} (no interval)`,
  ),
  'of-auc-same': of(
    { model: 'model', hospital: 'text', isMacro: 'flag', auc: 'number' },
    ({ model, hospital, isMacro, auc }) =>
      `${placed(model, hospital, isMacro)} ${two(auc)} (the same in all resamples of the patients)`,
  ),
  /** `label` is empty with two labels. */
  'of-within': of(
    { model: 'model', label: 'text', auc: 'number', lower: 'number', upper: 'number' },
    ({ model, label, auc, lower, upper }) => {
      const { value, interval } = areaParts(auc, lower, upper);
      const told = isOneNumber(lower, upper) ? 'no interval' : interval;
      return `${model}${label === '' ? '' : ` (${label})`}, AUC within hospitals ${value} (${told})`;
    },
  ),
  'of-spread': of(
    { model: 'model', label: 'text', p: 'number', i2: 'number' },
    ({ model, label, p, i2 }) =>
      `${model}${label === '' ? '' : ` (${label})`}, p ${pValue(p)}, I² ${percent(i2, 0)}`,
  ),
  'of-one-label': of(
    { model: 'model', label: 'text', right: 'number', n: 'number' },
    ({ model, label, right, n }) => `${model}, ${label}, right for ${right} of ${n}`,
  ),
  'of-one-label-in': of(
    { model: 'model', hospital: 'text', label: 'text', right: 'number', n: 'number' },
    ({ model, hospital, label, right, n }) => `${model} in ${hospital}, ${label}, right for ${right} of ${n}`,
  ),
  'of-never-val': of(
    { model: 'model', label: 'text', n: 'number' },
    ({ model, label, n }) =>
      `${model}, ${label}, which ${counted(n, 'validation patient')} ${n === 1 ? 'has' : 'have'}`,
  ),
  'of-never-test': of(
    { model: 'model', label: 'text', n: 'number', test: 'test' },
    ({ model, label, n, test }) =>
      `${model}, ${label}, which ${counted(n, test.patient)} ${n === 1 ? 'has' : 'have'}`,
  ),
  'of-features': of(
    { model: 'model', features: 'number', patients: 'number' },
    ({ model, features, patients }) =>
      `${model}, ${counted(features, 'feature')}, ${counted(patients, 'patient')}`,
  ),
  'of-certain': of(
    { model: 'model', certain: 'number', n: 'number', wrong: 'number', test: 'test' },
    ({ model, certain, n, wrong, test }) =>
      `${model}, ${certain} of ${n} ${test.patients}, for ${wrong === 0 ? 'none' : wrong} of them the most probable label is wrong`,
  ),
  'of-calibrated': of({ finding: 'remark' }, ({ finding }) => `${finding} (after calibration)`),
  'of-uncalibrated': of({ finding: 'remark' }, ({ finding }) => `${finding} (before calibration)`),
  'of-alike': of(
    { model: 'model', label: 'text', low: 'number', high: 'number', n: 'number', test: 'test' },
    ({ model, label, low, high, n, test }) => {
      const digits = digitsApart(low, high, 2);
      const range = isOneNumber(low, high)
        ? two(low)
        : `between ${low.toFixed(digits)} and ${high.toFixed(digits)}`;
      return `${model}, ${label} ${range} for ${counted(n, test.patient)}`;
    },
  ),
  'of-label': of(
    { label: 'text', n: 'number', total: 'number' },
    ({ label, n, total }) => `${label}, ${n} of ${total}`,
  ),
  /** Where models evaluate different patients. */
  'of-label-by': of(
    { model: 'model', label: 'text', n: 'number', total: 'number' },
    ({ model, label, n, total }) => `${model}, ${label}, ${n} of ${total}`,
  ),
};
