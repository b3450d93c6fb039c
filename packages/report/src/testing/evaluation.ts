import type {
  CohortPatient,
  ComparisonRow,
  EstimateRecord,
  EvaluatedModel,
  EvaluatedPatient,
  Evaluation,
  EvaluationCurves,
  EvaluationRow,
  FrozenRecord,
  HeterogeneityRow,
  Split,
} from '@radweave/artifacts';
import { type Remark, remark, several } from '@radweave/remarks';

const MODELS = [
  { name: 'fused', kind: 'fused', modalities: ['A', 'P'] },
  { name: 'A', kind: 'features', modalities: ['A'] },
  { name: 'network A', kind: 'network', modalities: ['A'] },
] as const;

const SPLITS: readonly Split[] = ['train', 'val', 'test'];

export const THRESHOLD: FrozenRecord = {
  kind: 'threshold',
  value: { rule: 'youden', threshold: 0.4 },
  fitted_on: { splits: ['val'], hospitals: ['JM'], n: 12, patients_sha256: 'd'.repeat(64) },
  hash: 'e'.repeat(64),
};

/** As `evaluate` writes them. */
const NOTES = [
  remark('fusion-in-sample', { modalities: ['A', 'P'] }),
  remark('fusion-in-sample-stacked', { modalities: ['A'] }),
  remark('unevaluated', {
    what: remark('run-missing', { modality: 'P' }),
    command: 'radweave train --modality P',
  }),
  remark('slices-by', { aggregation: 'mean' }),
  remark('validation-optimistic', { modalities: ['A', 'P'] }),
  remark('validation-optimistic-networks', { modalities: ['A'] }),
  remark('network-is-run', { network: 'network A', run: 'resnet18_A_20261123-113825' }),
  remark('thresholds-uncalibrated'),
  remark('nri-continuous'),
  remark('bootstrap-percentiles'),
  remark('small-groups'),
];

const pooled = { hospital: '', isMacro: false };
const vague = { ...pooled, auc: 0.55, lower: 0.4, upper: 0.7 };
const poor = { ...pooled, auc: 0.3, lower: 0.2, upper: 0.4 };
const good = { ...pooled, auc: 0.75, lower: 0.6, upper: 0.9 };
const exact = { hospital: 'ZS', isMacro: true, auc: 1, p: 1 / 3 };

/** One of every kind, as `evaluate` finds them. */
const FINDINGS = [
  remark('found-better', { level: 0.95, models: [remark('of-auc', { model: 'fused', ...good })] }),
  remark('found-only-between', { models: [remark('of-auc', { model: 'P', ...good })] }),
  remark('found-not-within', {
    level: 0.95,
    models: [remark('of-within', { model: 'A', label: 'grade2', auc: 0.58, lower: 0.42, upper: 0.74 })],
  }),
  remark('found-none-better', { level: 0.95, models: [remark('of-auc', { model: 'network A', ...vague })] }),
  remark('found-not-better', { models: [remark('of-auc', { model: 'A', ...vague })] }),
  remark('found-worse', { level: 0.95, models: [remark('of-auc', { model: 'stacked', ...poor })] }),
  remark('found-untold'),
  remark('found-only-label', { label: 'grade0' }),
  remark('found-no-external'),
  remark('found-single-not-better', {
    models: [
      remark('of-auc', { model: 'fused', ...vague, hospital: 'SY' }),
      remark('of-auc-alone', { model: 'P', hospital: 'ZS', isMacro: false, auc: 0.5 }),
      remark('of-auc-same', { model: 'A', hospital: 'ZS', isMacro: false, auc: 0.5 }),
      remark('of-unsupported', { auc: remark('of-auc', { model: 'P', ...good, hospital: 'SY' }), p: 0.095 }),
      remark('of-too-few', { auc: remark('of-auc-exact', { model: 'fused', ...exact }) }),
    ],
  }),
  remark('found-single-better', {
    models: [remark('of-auc', { model: 'A', ...good, hospital: 'SY' })],
  }),
  remark('found-opposed', { models: [remark('of-auc', { model: 'A', ...vague })] }),
  remark('found-single-worse', {
    models: [remark('of-auc', { model: 'network A', ...poor, hospital: 'SY' })],
  }),
  remark('found-validation-chance'),
  remark('found-validation-few', { labels: [remark('of-label', { label: 'grade1', n: 2, total: 5 })] }),
  remark('found-spread', {
    limit: 0.1,
    models: [
      remark('of-spread', { model: 'fused', label: '', p: 0.027, i2: 0.8 }),
      remark('of-spread', { model: 'A', label: 'grade2', p: 0.0001, i2: 0.95 }),
    ],
  }),
  remark('found-one-label-test', {
    models: [remark('of-one-label', { model: 'network A', label: 'grade0', right: 21, n: 45 })],
  }),
  remark('found-one-label-val', {
    models: [remark('of-one-label', { model: 'fused', label: 'grade0', right: 6, n: 12 })],
  }),
  remark('found-one-label-hospital', {
    models: [remark('of-one-label-in', { model: 'A', hospital: 'SY', label: 'grade1', right: 6, n: 12 })],
  }),
  remark('found-never-predicted', {
    models: [remark('of-never-test', { model: 'network A', label: 'grade2', n: 7 })],
  }),
  remark('found-many-features', {
    models: [remark('of-features', { model: 'fused', features: 1024, patients: 28 })],
  }),
  remark('found-certain', {
    high: 0.99,
    models: [
      remark('of-certain', { model: 'network A', certain: 12, n: 45, wrong: 2 }),
      remark('of-calibrated', {
        finding: remark('of-certain', { model: 'network P', certain: 13, n: 45, wrong: 2 }),
      }),
    ],
  }),
  remark('found-same', {
    models: [remark('of-alike', { model: 'A', label: 'grade1', low: 0.5, high: 0.5, n: 9 })],
  }),
  remark('found-alike', {
    models: [
      remark('of-uncalibrated', {
        finding: remark('of-alike', {
          model: 'network A',
          label: 'grade1',
          low: 0.4981,
          high: 0.4993,
          n: 45,
        }),
      }),
    ],
  }),
  remark('found-rare-label', {
    labels: [
      remark('of-label', { label: 'grade1', n: 3, total: 23 }),
      remark('of-label-by', { model: 'network A', label: 'grade1', n: 4, total: 29 }),
    ],
  }),
];

const NOTES_OF: Readonly<Record<Split, Remark | null>> = {
  train: several([
    remark('all-predicted', { label: 'grade0' }),
    remark('classifier-fitted-here'),
    remark('classifier-many-features', { features: 1024, patients: 28 }),
    remark('network-in-sample', { modalities: ['A', 'P'] }),
    remark('network-in-sample-stacked', { modalities: ['A'] }),
    remark('classifier-in-sample-stacked', { modalities: ['A'] }),
  ]),
  val: several([remark('epoch-chosen-here'), remark('threshold-chosen-here')]),
  test: null,
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
    roc_bands: 'label and hospital',
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
      patients: patientsIn(cohort, classes),
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
      note: aggregation === 'mean' ? remark('aggregation-set') : null,
    })),
    curves: ofEach((model, place) => curvesOf(model, place, classes)),
    confusion: ofEach((model, { split, hospital, patients }) => [
      {
        model,
        split,
        hospital,
        counts: labels.map((_, i) =>
          labels.map((__, j) => (i === j ? patients.length : Math.min(1, patients.length))),
        ),
      },
    ]),
    notes: NOTES,
    versions: { radweave: '0.1.0' },
  };
}

function patientsIn(cohort: readonly CohortPatient[], classes: number): EvaluatedModel['patients'] {
  const evaluated = ({ patient, hospital, label }: CohortPatient): EvaluatedPatient => {
    const probabilities = Array.from({ length: classes }, (_, one) => (one === label ? 1 : 0));
    return { patient, hospital, label, probabilities, calibrated: null, predicted: label };
  };
  const of = (split: Split): EvaluatedPatient[] => cohort.filter((one) => one.split === split).map(evaluated);
  return { train: of('train'), val: of('val'), test: of('test') };
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
    note: remark('only-positive', { n, what: 'AUC' }),
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
      f1: { ...some, lower: 0.81, upper: 0.95, note: remark('outside-interval') },
      brier: { value: 0.2, n },
      calibration_slope: isMacro
        ? { value: null, note: remark('reported-per-class') }
        : ranked.value === null
          ? { ...ranked, note: remark('same-probability') }
          : { ...ranked, note: remark('clipped', { clip: 1e-7, n: 12 }) },
      calibration_intercept: { value: -0.1, lower: -0.4, upper: 0.2, n },
      ece: { value: 0.1, lower: 0.12, upper: 0.3, n, note: remark('biased-upward') },
      threshold: classes === 2 ? 0.4 : null,
      in_sample: split === 'train' ? 'yes' : 'no',
      note: split === 'val' && classes > 2 ? remark('epoch-chosen-here') : NOTES_OF[split],
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
      ? { q: 4.9, degrees_of_freedom: 1, p: 0.027, i2: 0.796, note: null }
      : {
          ...{ q: null, degrees_of_freedom: null, p: null, i2: null },
          note: several([
            remark('few-of-label', { hospitals: ['XX'] }),
            remark('no-variance-in', { hospitals: ['SY'] }),
            remark('no-test', { reason: remark('no-varying-groups') }),
          ]),
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
          note: remark('few-of-class', { what: 'the DeLong test', least: 2, positives: 3, negatives: 0 }),
        },
    delong_p: tested ? 0.0004 : null,
    delong_p_holm: tested ? 0.04 : null,
    mcnemar_p: null,
    nri: { value: 0.1, lower: -0.2, upper: 0.4 },
    idi: { value: 0, lower: -0.1, upper: 0.1 },
    note: !tested
      ? remark('no-mcnemar', { reason: remark('same-decisions') })
      : positive_label === 'macro'
        ? null
        : remark('few-for-delong', { least: 10 }),
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
    calibration:
      place.patients.length === 0
        ? []
        : shares.map((share) => ({
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
