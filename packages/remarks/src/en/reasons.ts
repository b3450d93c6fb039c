import { of } from '../entry.ts';
import { are, counted } from './grammar.ts';

/** Why these patients do not give a number or a decision, and what to know of one that is there: by `packages/stats`. */
export const REASONS = {
  'no-patients': 'no patients',
  'no-patients-for': of({ what: 'term' }, ({ what }) => `no patients: ${what} cannot be computed`),
  'only-positive': of(
    { n: 'number', what: 'term' },
    ({ n, what }) => `only positive patients (n = ${n}): ${what} needs both labels`,
  ),
  'only-negative': of(
    { n: 'number', what: 'term' },
    ({ n, what }) => `only negative patients (n = ${n}): ${what} needs both labels`,
  ),
  'few-of-class': of(
    { what: 'term', least: 'number', positives: 'number', negatives: 'number' },
    ({ what, least, positives, negatives }) =>
      `${what} needs at least ${counted(least, 'patient')} of each label (${positives} positive, ${negatives} negative)`,
  ),
  'of-class': of({ label: 'label', reason: 'remark' }, ({ label, reason }) => `label ${label}: ${reason}`),
  'of-name': of({ name: 'text', reason: 'remark' }, ({ name, reason }) => `${name}: ${reason}`),
  'no-positive-patients': 'no positive patients',
  'no-negative-patients': 'no negative patients',
  'none-predicted-positive': 'no patient is predicted positive',
  'none-predicted-negative': 'no patient is predicted negative',
  'none-positive': 'no patient is positive or predicted positive',
  'nothing-counted': 'n is 0',
  'no-classes': 'no labels',
  'no-candidates': 'no candidates to choose from',
  'no-threshold-reaches': of(
    { target: 'number' },
    ({ target }) => `no threshold reaches sensitivity ${target}`,
  ),
  'platt-diverges': 'Platt scaling did not converge: the probabilities do not vary',
  'temperature-infinite': 'the logits do not favour the true labels: the temperature is infinite',
  'temperature-zero': 'the logits are right for every patient: the temperature tends to 0',
  'intercept-diverges': 'the calibration intercept did not converge',
  'slope-diverges': 'the calibration slope did not converge',
  'same-probability': 'all patients have the same probability',
  'classes-separated': 'the probabilities separate the labels: the calibration slope is infinite',
  clipped: of(
    { clip: 'number', n: 'number' },
    ({ clip, n }) => `probabilities nearer than ${clip} to 0 or 1, clipped to that distance: ${n}`,
  ),
  'few-categories': 'fewer than two groups or categories have patients',
  'few-groups': 'fewer than two groups have patients',
  'group-of-two-empty': 'one of the two groups has no patients',
  'group-empty': 'a group has no patients',
  'group-of-one': 'a group has fewer than two patients',
  'too-many-tables': 'too many tables for an exact test: use chi-square',
  'all-equal': 'all values are equal',
  'variable-constant': 'the variable does not vary',
  'features-constant': 'the features do not vary',
  'no-shared-category': 'the groups share no category: the difference is unbounded',
  'few-resamples': of(
    { defined: 'number', replicates: 'number' },
    ({ defined, replicates }) =>
      `the metric is defined in ${defined} of ${replicates} bootstrap resamples only`,
  ),
  'same-changes': of({ what: 'term' }, ({ what }) => `${what}: both models agree on every patient`),
  'same-ranking':
    'the difference has no variance: both models rank the patients identically, or each has an AUC of 0 or 1 or one probability for all',
  'same-decisions': 'both models classify the same patients correctly',
  'auc-exact': of(
    { value: 'number' },
    ({ value }) => `the AUC is exactly ${value}, so no interval can be computed`,
  ),
  'same-rank': 'all patients have the same rank, so no interval can be computed',
  'no-varying-groups': 'fewer than two hospitals have an AUC with a variance',
  'no-group-with-both': 'no hospital has at least 2 patients of each label',
  'class-empty': of(
    { label: 'label' },
    ({ label }) => `no patient of label ${label}: logistic regression needs every label`,
  ),
  'none-to-standardise': 'no patients to standardise by',
  'many-components': of(
    { components: 'number', patients: 'number', features: 'number' },
    ({ components, patients, features }) =>
      `${counted(components, 'component')} ${components === 1 ? 'needs' : 'need'} more than the ${counted(patients, 'patient')} × ${counted(features, 'feature')} there are`,
  ),
  'few-patients-placed': of(
    { n: 'number', least: 'number' },
    ({ n, least }) => `${counted(n, 'patient')}: at least ${least} are needed`,
  ),
  'none-to-split': 'no patients to split',
  'class-of-one': of(
    { label: 'label', n: 'number' },
    ({ label, n }) => `label ${label} has ${n} patient: at least 2 are needed, one for each side`,
  ),
  'none-to-fold': 'no patients to divide into folds',
  'few-for-folds': of(
    { label: 'label', n: 'number', folds: 'number' },
    ({ label, n, folds }) =>
      `label ${label} has ${counted(n, 'patient')}: ${counted(folds, 'fold')} ${folds === 1 ? 'needs' : 'need'} at least ${folds}`,
  ),
  'combat-reference-small': of(
    { n: 'number' },
    ({ n }) => `${counted(n, 'home training patient')}: ComBat needs at least 2`,
  ),
  'combat-site-small': of(
    { n: 'number', least: 'number' },
    ({ n, least }) => `${counted(n, 'patient')}: a site's location and scale need at least ${least}`,
  ),
  'combat-fold-small': of(
    { hospital: 'text', n: 'number', least: 'number' },
    ({ hospital, n, least }) =>
      `${hospital} has ${counted(n, 'training patient')} in a fold: harmonising inside the folds needs at least ${least}`,
  ),
  'combat-features': of(
    { n: 'number' },
    ({ n }) => `ComBat needs at least 2 features that vary; there ${are(n)} ${n}`,
  ),
  'combat-no-prior': 'all features vary alike at this site: ComBat has no prior for the scale',
  'site-audit-hospitals': of(
    { least: 'number', n: 'number' },
    ({ least, n }) =>
      `the site audit needs two hospitals with at least ${counted(least, 'patient')}; there ${are(n)} ${n}`,
  ),
};
