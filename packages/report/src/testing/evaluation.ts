import type {
  CohortPatient,
  ComparisonRow,
  EstimateRecord,
  Evaluation,
  EvaluationCurves,
  EvaluationRow,
  FrozenRecord,
  HeterogeneityRow,
  Split,
} from '@radweave/artifacts';

const MODELS = [
  { name: 'fused', kind: 'fused', modalities: ['A', 'P'] },
  { name: 'A', kind: 'features', modalities: ['A'] },
  { name: 'network A', kind: 'network', modalities: ['A'] },
] as const;

const SPLITS: readonly Split[] = ['train', 'val', 'test'];

const THRESHOLD: FrozenRecord = {
  kind: 'threshold',
  value: { rule: 'youden', threshold: 0.4 },
  fitted_on: { splits: ['val'], hospitals: ['JM'], n: 12, patients_sha256: 'd'.repeat(64) },
  hash: 'e'.repeat(64),
};

const ECE_NOTE =
  'biased upward in small groups, and in resamples still more: the interval lies too high and may lie above the value';

/** As `evaluate` writes them: a report in another language must know every one. */
const NOTES = [
  'the fusion was fitted on in-sample features of A and P, which look better than those of new patients: cross-fitting is the remedy',
  "the fusion was fitted on in-sample features of A, which look better than those of new patients: report 'stacked', which was fitted on out-of-fold logits",
  'not evaluated: no finished training run of modality P',
  'slices become patients by mean, set beforehand; the aggregation table compares the alternatives',
  "network A is run 'resnet18_A_20261123-113825'",
  'thresholds apply to probabilities before calibration; Brier score, calibration, net benefit, NRI and IDI are of calibrated probabilities',
  'NRI is the continuous (category-free) index',
  'bootstrap intervals are percentiles of resampled patients, stratified by label and hospital',
  'the smaller a group, the wider its intervals; where there is none, a note says why',
];

/** A sentence of every kind, as `evaluate` finds them. */
const FINDINGS = [
  'better than chance outside the home hospital (the 95 % interval of the AUC lies above 0.5): fused, AUC 0.75 (0.60–0.90)',
  'no model is better than chance outside the home hospital (no 95 % interval of an AUC lies above 0.5): fused, AUC 0.55 (0.40–0.70); network A, AUC 0.50',
  'not better than chance outside the home hospital: A, AUC 0.55 (0.40–0.70); network A, AUC 0.30 (0.20–0.40)',
  'worse than chance outside the home hospital (the 95 % interval of the AUC lies below 0.5): stacked, AUC 0.30 (0.20–0.40)',
  'external patients are too few, or of one label only, to tell an AUC from chance',
  'there is no external hospital: nothing is known of patients of other hospitals',
  'not better than chance in single hospitals: fused in SY, AUC 0.55 (0.40–0.70); fused in ZS, macro AUC 1.00 (exact p 0.333)',
  'worse than chance in single hospitals: network A in SY, AUC 0.30 (0.20–0.40)',
  'no model is better than chance even on the validation patients, on whom the epochs were chosen',
  "the AUC seems to differ between the external hospitals, so the pooled AUC may describe none of them (Cochran's Q, p below 0.1): fused, p 0.027, I² 80 %; A (grade2), p <0.001, I² 95 %; network A, p 0.050, I² 60 %",
  'all external patients are predicted to have the same label, whose share is the accuracy: network A, grade0, right for 21 of 45',
  'all validation patients are predicted to have the same label, whose share is the accuracy: fused, grade0, right for 6 of 12',
  'as many features as training patients or more, so that even noise separates them and probabilities become too extreme: fused, 1024 features, 28 patients; A, 512 features, 28 patients',
  'probabilities below 0.01 or above 0.99: fused, 33 of 45 external patients, 14 of them wrong; network A, 12 of 45 external patients, 2 of them wrong',
  'a label is rare among the training patients: grade1, 3 of 23',
];

const NOTES_OF: Readonly<Record<Split, string>> = {
  train:
    "all are predicted grade0: the accuracy is that label's share; the classifier was fitted on these patients; 1024 features for 28 training patients: the classifier separates them even where features are noise; in-sample: the network of A and P was trained on these patients: too good to report, use cross-fitting; in-sample: the network of A was trained on these patients: too good to report, which is why 'stacked' was fitted on out-of-fold logits; the classifier was fitted on in-sample features of A: report 'stacked', which was fitted on out-of-fold logits",
  val: 'the best epoch was chosen on these patients; the threshold was chosen on these patients',
  test: '',
};

const AGGREGATION: FrozenRecord = {
  ...{
    kind: 'aggregation',
    value: { chosen: { method: 'top_k', k: 3 }, candidates: [{}] },
    hash: 'f'.repeat(64),
  },
  fitted_on: THRESHOLD.fitted_on,
};

/** Patients of a split, pooled or of one hospital. */
interface Place {
  split: Split;
  hospital: string;
  patients: CohortPatient[];
}

/** What `evaluate` could have written of a cohort: its fields and their nulls are real, its numbers are not. */
export function evaluationOf(cohort: readonly CohortPatient[], classes: number): Evaluation {
  const places = placesOf(cohort);
  const labels = Array.from({ length: classes }, (_, label) => `grade${label}`);
  const ofEach = <T>(make: (model: string, place: Place) => T[]): T[] =>
    MODELS.flatMap(({ name }) => places.flatMap((place) => make(name, place)));
  return {
    format: 2,
    label_names: labels,
    home_hospital: 'JM',
    inputs: [],
    options: {
      aggregation: 'auto',
      decisions: 'fitted',
      threshold_rule: 'youden',
      target_sensitivity: null,
      calibration: 'none',
      bootstrap_replicates: 200,
      seed: 42,
      confidence_level: 0.95,
      proportion_method: 'clopper-pearson',
    },
    primary: 'fused',
    models: MODELS.map((model) => ({
      ...model,
      modalities: [...model.modalities],
      frozen: {
        aggregation: model.kind === 'network' && classes === 2 ? AGGREGATION : null,
        threshold: classes === 2 ? THRESHOLD : null,
        calibrator: null,
      },
      patients: { train: [], val: [], test: [] },
    })),
    findings: FINDINGS,
    rows: ofEach((model, place) => rowsOf(model, place, classes)),
    heterogeneity: MODELS.flatMap(({ name }) => heterogeneityOf(name, places, classes)),
    comparisons: places.flatMap((place) => comparisonsOf(place, classes)),
    aggregation: ['mean', 'max'].map((aggregation) => ({
      model: 'network A',
      aggregation,
      chosen: aggregation === 'mean',
      val_auc: 0.8,
      test_auc: null,
      note: aggregation === 'mean' ? 'set beforehand, not by these numbers' : '',
    })),
    curves: ofEach((model, place) => curvesOf(model, place, classes)),
    confusion: ofEach((model, { split, hospital, patients }) => [
      {
        model,
        split,
        hospital,
        counts: labels.map((_, i) => labels.map((__, j) => (i === j ? patients.length : 1))),
      },
    ]),
    notes: NOTES,
    versions: { radweave: '0.1.0' },
  };
}

function placesOf(cohort: readonly CohortPatient[]): Place[] {
  return SPLITS.flatMap((split) => {
    const pooled = cohort.filter((one) => one.split === split);
    const hospitals = [...new Set(pooled.map(({ hospital }) => hospital))];
    return [
      { split, hospital: 'all', patients: pooled },
      ...hospitals.map((hospital) => ({
        split,
        hospital,
        patients: pooled.filter((one) => one.hospital === hospital),
      })),
    ];
  });
}

const labelsOf = (classes: number): string[] => (classes === 2 ? ['1'] : ['macro', ...eachOf(classes)]);
const eachOf = (classes: number): string[] =>
  classes === 2 ? ['1'] : Array.from({ length: classes }, (_, label) => String(label));

function hasBoth({ patients }: Place): boolean {
  return new Set(patients.map(({ label }) => label)).size > 1;
}

function rowsOf(model: string, place: Place, classes: number): EvaluationRow[] {
  const { split, hospital, patients } = place;
  const n = patients.length;
  const some: EstimateRecord = { value: 0.75, lower: 0.6, upper: 0.9, n };
  const none: EstimateRecord = {
    value: null,
    n,
    note: `only positive patients (n = ${n}): AUC needs both classes`,
  };
  const ranked = hasBoth(place) ? some : none;
  return labelsOf(classes).map((positive_label): EvaluationRow => {
    const isMacro = positive_label === 'macro';
    return {
      model,
      split,
      hospital,
      positive_label,
      n,
      n_positive: isMacro ? null : patients.filter(({ label }) => label === Number(positive_label)).length,
      auc: isMacro ? { value: ranked.value, n } : ranked,
      auc_bootstrap: ranked.value === null ? ranked : { ...ranked, lower: 0.55, upper: 0.95 },
      average_precision: ranked,
      accuracy: some,
      balanced_accuracy: ranked,
      sensitivity: some,
      specificity: ranked,
      ppv: some,
      npv: some,
      f1: some,
      brier: { value: 0.2, n },
      calibration_slope: isMacro
        ? { value: null, note: 'reported for each class' }
        : ranked.value === null
          ? { ...ranked, note: 'all patients have the same probability' }
          : { ...ranked, note: 'probabilities nearer than 1e-7 to 0 or 1, clipped to that distance: 12' },
      calibration_intercept: { value: -0.1, lower: -0.4, upper: 0.2, n },
      ece: { value: 0.1, lower: 0.12, upper: 0.3, n, note: ECE_NOTE },
      threshold: classes === 2 ? 0.4 : null,
      in_sample: split === 'train' ? 'yes' : 'no',
      note: split === 'val' && classes > 2 ? 'the best epoch was chosen on these patients' : NOTES_OF[split],
    };
  });
}

function heterogeneityOf(model: string, places: readonly Place[], classes: number): HeterogeneityRow[] {
  const hospitals = places
    .filter(({ split, hospital }) => split === 'test' && hospital !== 'all')
    .map(({ hospital }) => hospital);
  if (hospitals.length < 2) return [];
  return eachOf(classes).map((positive_label, i) => ({
    model,
    positive_label,
    hospitals,
    within_auc: { value: 0.7, lower: 0.55, upper: 0.85, n: 21 },
    ...(i === 0
      ? { q: 4.9, degrees_of_freedom: 1, p: 0.027, i2: 0.796, note: '' }
      : {
          ...{ q: null, degrees_of_freedom: null, p: null, i2: null },
          note: 'fewer than 2 patients of a label, so left out: XX; no test: fewer than two groups have an AUC with a variance',
        }),
  }));
}

function comparisonsOf(place: Place, classes: number): ComparisonRow[] {
  const { split, hospital, patients } = place;
  const tested = hasBoth(place);
  return labelsOf(classes).map((positive_label) => ({
    first: 'A',
    second: 'fused',
    split,
    hospital,
    positive_label,
    n: patients.length,
    auc_difference: tested
      ? { value: -0.1, lower: -0.3, upper: -0.02 }
      : {
          value: null,
          note: 'the DeLong test needs at least 2 patients of each class (3 positive, 0 negative)',
        },
    delong_p: tested ? 0.0004 : null,
    delong_p_holm: tested ? 0.04 : null,
    mcnemar_p: null,
    nri: { value: 0.1, lower: -0.2, upper: 0.4 },
    idi: { value: 0, lower: -0.1, upper: 0.1 },
    note: tested ? '' : 'McNemar: both models classify the same patients correctly',
  }));
}

function curvesOf(model: string, place: Place, classes: number): EvaluationCurves[] {
  const { split, hospital } = place;
  const shares = [0, 0.25, 0.5, 0.75, 1];
  const roc = {
    fpr: shares,
    tpr: shares.map(Math.sqrt),
    lower: shares.map((share) => share / 2),
    upper: shares.map((share) => Math.min(1, share + 0.4)),
  };
  return eachOf(classes).map((positive_label) => ({
    model,
    split,
    hospital,
    positive_label,
    roc: hasBoth(place) ? roc : null,
    calibration: shares.map((share) => ({
      predicted: share,
      observed: share ** 2,
      lower: 0,
      upper: 1,
      n: 3,
    })),
    net_benefit: shares
      .slice(0, -1)
      .map((threshold) => ({ threshold, model: 0.4 - 0.3 * threshold, treat_all: 0.4 - threshold })),
  }));
}
