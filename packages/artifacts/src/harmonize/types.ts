import type { Discrimination } from '../discrimination-columns.ts';
import type { InSample } from '../fusion/metrics.ts';
import type { ModelProbabilities } from '../fusion/probability-columns.ts';

/** Whether the features of a row were harmonised, which is transductive: by help of the patients they belong to. */
export type Transductive = 'yes' | 'no';

/** Whose features tell the hospital: all patients, or only those that no network was trained on. */
export type AuditScope = 'all' | 'val and test';

/** How well features tell the hospital. Where it cannot be told, numbers are null and `note` says why. */
export interface SiteAuditRow {
  /** `fused`: all modalities side by side; or a modality alone. */
  readonly model: string;
  readonly scope: AuditScope;
  /** `extracted` features are as the networks gave them. */
  readonly features: 'extracted' | 'harmonised';
  readonly transductive: Transductive;
  /** Hospitals told apart, in code point order. */
  readonly hospitals: string;
  readonly n: number | null;
  readonly folds: number | null;
  /** Cross-validated AUC; macro one-vs-rest with more than two hospitals. 0.5 is no site effect. */
  readonly auc: number | null;
  readonly auc_p: number | null;
  readonly accuracy: number | null;
  /** Exact 95 % interval of the accuracy. */
  readonly accuracy_lower: number | null;
  readonly accuracy_upper: number | null;
  readonly accuracy_p: number | null;
  /** Accuracy of always naming the largest hospital. */
  readonly chance: number | null;
  readonly permutations: number | null;
  readonly note: string;
}

/** What became of a hospital. */
export interface HarmonisedSite {
  hospital: string;
  /** Its patients, from whose unlabelled features location and scale were estimated. */
  n: number;
  harmonised: boolean;
  /** Why it was left as it is; empty when it was harmonised. */
  reason: string;
  /** By modality: how far it was from the reference, and how many features were left as they are. */
  modalities: Record<string, SiteDeviation>;
}

/** A hospital's deviation from the reference in one modality's features, over the features that were adjusted. */
export interface SiteDeviation {
  /** Mean of |location|, in standard deviations of the reference. */
  mean_absolute_location: number;
  /** Median of the variance relative to the reference. */
  median_scale: number;
  unadjusted: number;
}

/** The reference of one modality: home train patients. */
export interface HarmonizeReference {
  modality: string;
  hospitals: string[];
  n: number;
  patients_sha256: string;
  /** Hash of the frozen location and scale. */
  hash: string;
}

/** `harmonize/harmonize.json`: what was done, written last. */
export interface HarmonizeRecord {
  format: 1;
  method: 'ComBat, reference batch, without covariates';
  /** Always true: a hospital's location and scale come from its own unlabelled features. */
  transductive: true;
  audit_only: boolean;
  modalities: string[];
  reference: HarmonizeReference[];
  sites: HarmonisedSite[];
  seed: number;
  /** Cautions that belong beside every number of this folder. */
  notes: string[];
  /** Names of the files beside this one. */
  files: string[];
  versions: Record<string, string>;
}

/** A row of `harmonize/metrics.csv`: one model on the external patients of a hospital (or `all`). */
export interface HarmonisedMetricsRow extends Discrimination {
  readonly model: string;
  readonly hospital: string;
  readonly positive_label: string;
  readonly features: 'extracted' | 'harmonised';
  readonly transductive: Transductive;
  readonly n: number;
  /** Frozen on home validation patients, whose features are never harmonised. */
  readonly threshold: number | null;
  readonly in_sample: InSample;
  readonly note: string;
}

/** A row of `harmonize/predictions_test.csv`. */
export interface HarmonisedPrediction {
  readonly patient: string;
  readonly hospital: string;
  readonly label: number;
  readonly transductive: Transductive;
  readonly probabilities: ModelProbabilities;
  readonly predicted: number;
  readonly in_sample: InSample;
  readonly note: string;
}

/** The features of the external patients: a row per patient. */
export interface HarmonisedFeatures {
  readonly patients: readonly {
    readonly patient_id: string;
    readonly hospital: string;
    readonly label: number;
    readonly transductive: Transductive;
  }[];
  /** patients × names, row after row. */
  readonly data: Float32Array;
  /** `{modality}_{index}` of each column. */
  readonly names: readonly string[];
}
