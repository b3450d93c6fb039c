import type { InSample } from '../fusion/metrics.ts';
import type { FrozenRecord } from '../fusion/model-file.ts';
import type { Split } from '../splits/split-file.ts';

/** A number that was estimated, or `null` with the reason. */
export interface EstimateRecord {
  value: number | null;
  lower?: number | undefined;
  upper?: number | undefined;
  /** The patients the number rests on. */
  n?: number | undefined;
  /** A caution, or why there is no value. */
  note?: string | undefined;
}

/** Where a model's patient-level probabilities came from. */
export type ModelKind = 'network' | 'features' | 'fused' | 'stacked';

/** A patient with one model's probabilities. */
export interface JudgedPatient {
  patient: string;
  hospital: string;
  label: number;
  /** One per class. */
  probabilities: number[];
  /** After the frozen calibrator; null where there is none. */
  calibrated: number[] | null;
  predicted: number;
}

/** The numbers of one model in one split and hospital (`all`: pooled), for one positive class (or `macro`). */
export interface EvaluationRow {
  model: string;
  split: Split;
  hospital: string;
  /** `1` with two classes; with more, each class against the rest, and `macro`. */
  positive_label: string;
  n: number;
  n_positive: number | null;
  auc: EstimateRecord;
  auc_bootstrap: EstimateRecord;
  average_precision: EstimateRecord;
  accuracy: EstimateRecord;
  balanced_accuracy: EstimateRecord;
  sensitivity: EstimateRecord;
  specificity: EstimateRecord;
  ppv: EstimateRecord;
  npv: EstimateRecord;
  f1: EstimateRecord;
  brier: EstimateRecord;
  calibration_slope: EstimateRecord;
  calibration_intercept: EstimateRecord;
  ece: EstimateRecord;
  threshold: number | null;
  in_sample: InSample;
  note: string;
}

/** Two models on the same patients. */
export interface ComparisonRow {
  first: string;
  second: string;
  split: Split;
  hospital: string;
  /** `1` with two classes; with more, each class against the rest, and `macro`. */
  positive_label: string;
  /** Patients that both models judge. */
  n: number;
  /** AUC of the second minus the first. */
  auc_difference: EstimateRecord;
  delong_p: number | null;
  /** Holm's correction over the comparisons of one split and hospital. */
  delong_p_holm: number | null;
  mcnemar_p: number | null;
  /** Continuous net reclassification improvement. */
  nri: EstimateRecord;
  idi: EstimateRecord;
  note: string;
}

/** How slice probabilities could become a patient's, and what each gives. Chosen by validation AUC. */
export interface AggregationRow {
  model: string;
  aggregation: string;
  chosen: boolean;
  val_auc: number | null;
  test_auc: number | null;
  note: string;
}

/** How alike a model's AUCs are in the external hospitals. */
export interface HeterogeneityRow {
  model: string;
  /** `1` with two classes; with more, each class against the rest. */
  positive_label: string;
  /** External hospitals whose AUC has a variance; the others are in none of the numbers. */
  hospitals: string[];
  /** Only patients of the same hospital are compared. */
  within_auc: EstimateRecord;
  /** Cochran's Q; null, as what follows from it, where fewer than two hospitals allow it. */
  q: number | null;
  degrees_of_freedom: number | null;
  p: number | null;
  /** Share of the spread between hospitals that chance does not explain, 0–1. */
  i2: number | null;
  note: string;
}

/** Points of the curves of one model, split and hospital, ready to be drawn. */
export interface EvaluationCurves {
  model: string;
  split: Split;
  hospital: string;
  positive_label: string;
  /** Band: pointwise bootstrap interval of the sensitivity. */
  roc: { fpr: number[]; tpr: number[]; lower: number[] | null; upper: number[] | null } | null;
  calibration: { predicted: number; observed: number; lower: number; upper: number; n: number }[];
  net_benefit: { threshold: number; model: number; treat_all: number }[];
}

/** A confusion matrix: `counts[true][predicted]`. */
export interface ConfusionRecord {
  model: string;
  split: Split;
  hospital: string;
  counts: number[][];
}

/** One model that was evaluated, with the decisions frozen for it on home data. */
export interface EvaluatedModel {
  /** `fused`, `stacked`, `A` (logistic regression on A's features), `network A` (the network's own probabilities). */
  name: string;
  kind: ModelKind;
  modalities: string[];
  frozen: {
    aggregation: FrozenRecord | null;
    threshold: FrozenRecord | null;
    calibrator: FrozenRecord | null;
  };
  patients: Record<Split, JudgedPatient[]>;
}

/** `evaluation/evaluation.json`: all that tables and figures of a report are made of. */
export interface Evaluation {
  /** 1 had neither `findings` nor `heterogeneity`: they are empty then. */
  format: 1 | 2;
  label_names: string[];
  home_hospital: string;
  /** Files that were read, with their hashes. */
  inputs: { path: string; sha256: string }[];
  options: {
    /** Whether thresholds, calibrators and aggregations were fitted here or come from an earlier evaluation. */
    decisions: 'fitted' | 'taken over';
    aggregation: string;
    threshold_rule: string;
    /** With the rule `sensitivity`; else null. */
    target_sensitivity: number | null;
    calibration: string;
    bootstrap_replicates: number;
    seed: number;
    confidence_level: number;
    proportion_method: string;
  };
  /** The model whose numbers the report leads with. */
  primary: string;
  models: EvaluatedModel[];
  /** What a reader must know first, in sentences: whether anything was learned. */
  findings: string[];
  rows: EvaluationRow[];
  /** Empty with fewer than two external hospitals. */
  heterogeneity: HeterogeneityRow[];
  comparisons: ComparisonRow[];
  aggregation: AggregationRow[];
  curves: EvaluationCurves[];
  confusion: ConfusionRecord[];
  notes: string[];
  versions: Record<string, string>;
}
