import { basename, dirname, posix } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/types.ts';
import { IN_SAMPLE } from '../fusion/metrics.ts';
import { frozenRecord } from '../fusion/model-file.ts';
import { jsonFile, recordOf } from '../json.ts';
import { fusionFiles } from '../layout.ts';
import { locatedFromOutput } from '../place.ts';
import { remarkField, remarkOrNull } from '../remark-field.ts';
import { SPLITS } from '../split.ts';
import { studySlices } from '../splits/slices-hash.ts';

const whole = z.int().min(0);
const split = z.enum(SPLITS);
const numbers = z.array(z.number());
const numberOrNull = z.number().nullable();

/** A number that was estimated, or `null` with the reason. */
const estimate = z.strictObject({
  value: numberOrNull,
  lower: z.number().optional(),
  upper: z.number().optional(),
  /** The patients the number rests on. */
  n: whole.optional(),
  /** A caution, or why there is no value. */
  note: remarkField.optional(),
});
export type EstimateRecord = z.infer<typeof estimate>;

const place = { model: z.string(), split, hospital: z.string() };

/** `1` with two classes; with more, each class against the rest, and where it makes sense `macro`. */
const positiveLabel = { positive_label: z.string() };

/** What is estimated of a model, in the order of `metrics.csv`. */
export const METRICS = [
  'auc',
  'auc_bootstrap',
  'average_precision',
  'accuracy',
  'balanced_accuracy',
  'sensitivity',
  'specificity',
  'ppv',
  'npv',
  'f1',
  'brier',
  'calibration_slope',
  'calibration_intercept',
  'ece',
] as const;
const estimates = Object.fromEntries(METRICS.map((name) => [name, estimate])) as Record<
  (typeof METRICS)[number],
  typeof estimate
>;

/** The numbers of one model in one split and hospital (`all`: pooled), for one positive class (or `macro`). */
const row = z.strictObject({
  ...place,
  ...positiveLabel,
  n: whole,
  n_positive: whole.nullable(),
  ...estimates,
  threshold: numberOrNull,
  in_sample: z.enum(IN_SAMPLE),
  note: remarkOrNull,
});
export type EvaluationRow = z.infer<typeof row>;

/**
 * The AUC that stands for a row: with DeLong's interval, or, of several labels, whose mean has none, with the bootstrap's. Where
 * DeLong's cannot be computed, as of one positive patient, the bootstrap's would not be one either.
 */
export function leadingAuc({ positive_label, auc, auc_bootstrap }: EvaluationRow): EvaluationRow['auc'] {
  return positive_label === 'macro' ? auc_bootstrap : auc;
}

/** Two models on the same patients. */
const comparison = z.strictObject({
  first: z.string(),
  second: z.string(),
  split,
  hospital: z.string(),
  ...positiveLabel,
  /** Patients that both models evaluate. */
  n: whole,
  /** AUC of the second minus the first. */
  auc_difference: estimate,
  delong_p: numberOrNull,
  /** Holm's correction over the comparisons of one split and hospital. */
  delong_p_holm: numberOrNull,
  mcnemar_p: numberOrNull,
  /** Continuous net reclassification improvement. */
  nri: estimate,
  idi: estimate,
  note: remarkOrNull,
});
export type ComparisonRow = z.infer<typeof comparison>;

/** How slice probabilities could become a patient's, and what each gives. Chosen by validation AUC. */
const aggregation = z.strictObject({
  model: z.string(),
  aggregation: z.string(),
  chosen: z.boolean(),
  val_auc: numberOrNull,
  test_auc: numberOrNull,
  note: remarkOrNull,
});
export type AggregationRow = z.infer<typeof aggregation>;

/** How alike a model's AUCs are in the external hospitals. */
const heterogeneity = z.strictObject({
  model: z.string(),
  ...positiveLabel,
  /** External hospitals whose AUC has a variance; the others are in none of the numbers. */
  hospitals: z.array(z.string()),
  /** Only patients of the same hospital are compared. */
  within_auc: estimate,
  /** Cochran's Q; null, as what follows from it, where fewer than two hospitals allow it. */
  q: numberOrNull,
  degrees_of_freedom: whole.nullable(),
  p: numberOrNull,
  /** Share of the spread between hospitals that chance does not explain, 0–1. */
  i2: numberOrNull,
  note: remarkOrNull,
});
export type HeterogeneityRow = z.infer<typeof heterogeneity>;

/** Points of the curves of one model, split and hospital, ready to be drawn. */
const curves = z.strictObject({
  ...place,
  ...positiveLabel,
  /** Band: pointwise bootstrap interval of the sensitivity. */
  roc: z
    .strictObject({ fpr: numbers, tpr: numbers, lower: numbers.nullable(), upper: numbers.nullable() })
    .nullable(),
  calibration: z.array(
    z.strictObject({
      predicted: z.number(),
      observed: z.number(),
      lower: z.number(),
      upper: z.number(),
      n: whole,
    }),
  ),
  net_benefit: z.array(z.strictObject({ threshold: z.number(), model: z.number(), treat_all: z.number() })),
});
export type EvaluationCurves = z.infer<typeof curves>;

/** A confusion matrix: `counts[true][predicted]`. */
const confusion = z.strictObject({ ...place, counts: z.array(z.array(whole)) });
export type ConfusionRecord = z.infer<typeof confusion>;

/** A patient with one model's probabilities. */
const patient = z.strictObject({
  patient: z.string().min(1),
  hospital: z.string(),
  label: whole,
  /** One per class. */
  probabilities: numbers,
  /** After the frozen calibrator; null where there is none. */
  calibrated: numbers.nullable(),
  predicted: whole,
});
export type EvaluatedPatient = z.infer<typeof patient>;

/** Where a model's patient-level probabilities came from. */
const kind = z.enum(['network', 'features', 'fused', 'stacked', 'available']);
export type ModelKind = z.infer<typeof kind>;

/** One model that was evaluated, with the decisions frozen for it on home data. */
const model = z.strictObject({
  /**
   * `fused`, `stacked`, `A` (logistic regression on A's features), `network A` (the network's own probabilities); of the kind
   * `available` `everyone`, each by the classifier of what they have, and `only A`, those of them who have nothing else.
   */
  name: z.string().min(1),
  kind,
  modalities: z.array(z.string()).min(1),
  frozen: z.strictObject({
    aggregation: frozenRecord.nullable(),
    threshold: frozenRecord.nullable(),
    calibrator: frozenRecord.nullable(),
  }),
  patients: z.strictObject({ train: z.array(patient), val: z.array(patient), test: z.array(patient) }),
});
export type EvaluatedModel = z.infer<typeof model>;

/** `evaluation/evaluation.json`: all that tables and figures of a report are made of. */
const schema = z.strictObject({
  /** 1 had neither `findings` nor `heterogeneity`: they are empty then. 1 and 2 had texts where remarks are now. */
  format: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  label_names: z.array(z.string()).min(2),
  home_hospital: z.string(),
  /** Files that were read, with their hashes. */
  inputs: z.array(z.strictObject({ path: z.string(), sha256: z.string() })),
  /** Of the slices that the results come from; files of earlier versions have none. */
  slices_identity: studySlices.optional(),
  /** Within what the bands of ROC curves resample patients; earlier versions, within each label only, do not say. */
  roc_bands: z.literal('label and hospital').optional(),
  options: z.strictObject({
    /** Whether thresholds, calibrators and aggregations were fitted here or come from an earlier evaluation. */
    decisions: z.enum(['fitted', 'taken over']),
    aggregation: z.string(),
    threshold_rule: z.string(),
    /** With the rule `sensitivity`; else null. */
    target_sensitivity: numberOrNull,
    calibration: z.string(),
    bootstrap_replicates: whole,
    seed: whole,
    confidence_level: z.number(),
    proportion_method: z.string(),
  }),
  /** The model whose numbers the report leads with. */
  primary: z.string(),
  models: z.array(model).min(1),
  /** What a reader must know first: whether anything was learned. */
  findings: z.array(remarkField).default([]),
  rows: z.array(row),
  /** Empty with fewer than two external hospitals. */
  heterogeneity: z.array(heterogeneity).default([]),
  comparisons: z.array(comparison),
  aggregation: z.array(aggregation),
  curves: z.array(curves),
  confusion: z.array(confusion),
  notes: z.array(remarkField),
  versions: recordOf(z.string()),
});
export type Evaluation = z.infer<typeof schema>;

export const { read: readEvaluation, write: writeEvaluation } = jsonFile(schema);

/** What was evaluated of the network of one modality itself, not of classifiers on its features. */
export function evaluatedNetwork({ models }: Evaluation, modality: string): EvaluatedModel | undefined {
  return models.find(
    ({ kind, modalities }) => kind === 'network' && modalities.length === 1 && modalities[0] === modality,
  );
}

/** The folder of the fusion that was evaluated, which a command may have made anywhere; undefined where none was. */
export function evaluatedFusion({ experiment }: Config, { inputs }: Evaluation): string | undefined {
  const name = basename(fusionFiles('').model);
  const model = inputs.find(({ path }) => posix.basename(path) === name);
  return model === undefined ? undefined : dirname(locatedFromOutput(experiment.output_dir, model.path));
}
