import { z } from 'zod';
import { frozenRecord } from '../fusion/model-file.ts';
import { readJson, writeJson } from '../json.ts';
import { SPLITS } from '../splits/split-file.ts';
import type {
  AggregationRow,
  ComparisonRow,
  ConfusionRecord,
  EstimateRecord,
  EvaluatedModel,
  Evaluation,
  EvaluationCurves,
  EvaluationRow,
  HeterogeneityRow,
  JudgedPatient,
} from './types.ts';

const whole = z.int().min(0);
const split = z.enum(SPLITS);
const numbers = z.array(z.number());
const numberOrNull = z.number().nullable();
const inSample = z.enum(['yes', 'no', 'unknown']);

const estimate: z.ZodType<EstimateRecord> = z.strictObject({
  value: numberOrNull,
  lower: z.number().optional(),
  upper: z.number().optional(),
  n: whole.optional(),
  note: z.string().optional(),
});

const place = { model: z.string(), split, hospital: z.string() };

const row: z.ZodType<EvaluationRow> = z.strictObject({
  ...place,
  positive_label: z.string(),
  n: whole,
  n_positive: whole.nullable(),
  auc: estimate,
  auc_bootstrap: estimate,
  average_precision: estimate,
  accuracy: estimate,
  balanced_accuracy: estimate,
  sensitivity: estimate,
  specificity: estimate,
  ppv: estimate,
  npv: estimate,
  f1: estimate,
  brier: estimate,
  calibration_slope: estimate,
  calibration_intercept: estimate,
  ece: estimate,
  threshold: numberOrNull,
  in_sample: inSample,
  note: z.string(),
});

const comparison: z.ZodType<ComparisonRow> = z.strictObject({
  first: z.string(),
  second: z.string(),
  split,
  hospital: z.string(),
  positive_label: z.string(),
  n: whole,
  auc_difference: estimate,
  delong_p: numberOrNull,
  delong_p_holm: numberOrNull,
  mcnemar_p: numberOrNull,
  nri: estimate,
  idi: estimate,
  note: z.string(),
});

const aggregation: z.ZodType<AggregationRow> = z.strictObject({
  model: z.string(),
  aggregation: z.string(),
  chosen: z.boolean(),
  val_auc: numberOrNull,
  test_auc: numberOrNull,
  note: z.string(),
});

const heterogeneity: z.ZodType<HeterogeneityRow> = z.strictObject({
  model: z.string(),
  positive_label: z.string(),
  hospitals: z.array(z.string()),
  within_auc: estimate,
  q: numberOrNull,
  degrees_of_freedom: whole.nullable(),
  p: numberOrNull,
  i2: numberOrNull,
  note: z.string(),
});

const curves: z.ZodType<EvaluationCurves> = z.strictObject({
  ...place,
  positive_label: z.string(),
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

const confusion: z.ZodType<ConfusionRecord> = z.strictObject({ ...place, counts: z.array(z.array(whole)) });

const patient: z.ZodType<JudgedPatient> = z.strictObject({
  patient: z.string().min(1),
  hospital: z.string(),
  label: whole,
  probabilities: numbers,
  calibrated: numbers.nullable(),
  predicted: whole,
});

const model: z.ZodType<EvaluatedModel> = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['network', 'features', 'fused', 'stacked']),
  modalities: z.array(z.string()).min(1),
  frozen: z.strictObject({
    aggregation: frozenRecord.nullable(),
    threshold: frozenRecord.nullable(),
    calibrator: frozenRecord.nullable(),
  }),
  patients: z.strictObject({ train: z.array(patient), val: z.array(patient), test: z.array(patient) }),
});

const schema: z.ZodType<Evaluation> = z.strictObject({
  format: z.union([z.literal(1), z.literal(2)]),
  label_names: z.array(z.string()).min(2),
  home_hospital: z.string(),
  inputs: z.array(z.strictObject({ path: z.string(), sha256: z.string() })),
  options: z.strictObject({
    decisions: z.enum(['fitted', 'taken over']),
    aggregation: z.string(),
    threshold_rule: z.string(),
    target_sensitivity: numberOrNull,
    calibration: z.string(),
    bootstrap_replicates: whole,
    seed: whole,
    confidence_level: z.number(),
    proportion_method: z.string(),
  }),
  primary: z.string(),
  models: z.array(model).min(1),
  findings: z.array(z.string()).default([]),
  rows: z.array(row),
  heterogeneity: z.array(heterogeneity).default([]),
  comparisons: z.array(comparison),
  aggregation: z.array(aggregation),
  curves: z.array(curves),
  confusion: z.array(confusion),
  notes: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
});

/** Writes `evaluation.json`. */
export function writeEvaluation(path: string, evaluation: Evaluation): void {
  writeJson(path, schema.parse(evaluation));
}

/** Reads `evaluation.json`. @throws DataError as `readJson`. */
export function readEvaluation(path: string): Evaluation {
  return readJson(path, schema);
}

/** What was evaluated of the network of one modality itself, not of classifiers on its features. */
export function evaluatedNetwork({ models }: Evaluation, modality: string): EvaluatedModel | undefined {
  return models.find(
    ({ kind, modalities }) => kind === 'network' && modalities.length === 1 && modalities[0] === modality,
  );
}
