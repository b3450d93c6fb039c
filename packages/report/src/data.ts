import type {
  AuditCheck,
  BrightnessRow,
  CohortPatient,
  Config,
  Evaluation,
  Exclusion,
  Explanations,
  FusionModelFile,
  HistoryRow,
  SearchRecord,
  SiteAuditRow,
} from '@radweave/artifacts';
import type { Remark } from '@radweave/remarks';
import type { MapPoint } from './charts/map.ts';

/** How a network was trained, from its own checkpoint. */
export interface TrainingSettings extends Pick<Config, 'model' | 'training' | 'augmentation'> {
  /** Height and width of the slices, in pixels. */
  imageSize: number;
  /** Subtracted from pixel values in 0–1, and what divides them then. */
  mean: number;
  std: number;
  /** `trained from scratch`, or which weights it was started from. */
  initialWeights: string;
  frozenStages: number;
  /** Whether the network has batch norms; all have a momentum of 0.1. */
  batchNorm: boolean;
  precision: string;
  seed: number;
}

/** A training run that fed the results. */
export interface TrainingRun {
  name: string;
  modality: string;
  model: string;
  /** ISO 8601: when its last epoch ended; null where an earlier version did not record it. */
  time: string | null;
  /** Epoch of the best checkpoint; null before the first. */
  bestEpoch: number | null;
  /** Null where another program wrote the checkpoint. */
  settings: TrainingSettings | null;
  history: HistoryRow[];
}

/** Patients placed in the plane by one method. */
export interface FeatureMap {
  /** A modality, or `fused`. */
  features: string;
  method: 'tsne' | 'umap';
  /** t-SNE's perplexity or UMAP's neighbours. */
  parameter: number;
  /** In how many principal components neighbours were sought; null: in all features. */
  components: number | null;
  points: MapPoint[];
}

/** What `explain` made of one modality's network. */
export interface Gallery {
  explanations: Explanations;
  /** `data:` URL of each montage, by its file name. */
  images: Readonly<Record<string, string>>;
}

/** How well features tell hospitals apart. */
export interface SiteAudit {
  rows: SiteAuditRow[];
  /** Confidence level of the intervals. */
  level: number;
  /** Cautions that belong beside its numbers. */
  notes: Remark[];
}

export interface NamedYaml {
  /** What was made: a training run by its name, or a part of the study. */
  of: { run: string } | 'split' | 'fusion' | 'evaluation';
  yaml: string;
}

/** Why a part is not in the report: the command that makes it, where one can, and what is wrong where more is known. */
export interface Missing {
  command: string | null;
  reason: Remark | null;
}

/** A part that may not have been made. */
export type Optional<T> = { value: T } | { missing: Missing };

export function madeOf<T>(part: Optional<T>): T | null {
  return 'value' in part ? part.value : null;
}

/** How `preprocess` chose and divided the patients. */
export interface Division {
  /** How the home patients were drawn, and their share for training; null where a table said who is in which set. */
  drawn: { trainShare: number; seed: number } | null;
  /** Hospitals whose patients are all made up. */
  synthetic: string[];
  exclusions: Exclusion[];
  /** What it found odd about the data; null where an earlier version did not look. */
  oddities: Oddities | null;
}

export interface Oddities {
  warnings: Remark[];
  /** Mean histograms of the slices by hospital and modality. */
  brightness: BrightnessRow[];
}

/** Text of more different values is refused; whole numbers of no more different values are codes of categories. */
export const CLINICAL_LIMITS = { categories: 10, codes: 5 } as const;

/** A column of the table of patients, with the values of those who have one. */
export type ClinicalVariable =
  | { name: string; kind: 'number'; values: ReadonlyMap<string, number> }
  | { name: string; kind: 'category'; values: ReadonlyMap<string, string> };

/** What a table says of the patients beside hospital, label and set. */
export interface Clinical {
  variables: ClinicalVariable[];
  /** What was taken for missing or for the same, and what may be meant as missing. */
  notes: Remark[];
  /** Columns that nobody asked for. */
  notNamed: string[];
  /** Whether somebody has several rows. */
  severalRows: boolean;
}

/** Everything a report is made of, read from files by whoever calls. */
export interface ReportData {
  /** Name of the experiment; empty when it has none. */
  name: string;
  /** Day of the report, ISO 8601. */
  date: string;
  evaluation: Evaluation;
  cohort: CohortPatient[];
  modalities: string[];
  /** Null where the researchers divided the patients themselves: who was left out before is not known then. */
  division: Division | null;
  /** Null where no table was given to `preprocess`. */
  clinical: Clinical | null;
  /** Searches of settings, one for each modality that has one. */
  searches: SearchRecord[];
  runs: TrainingRun[];
  fusion: Optional<FusionModelFile>;
  maps: Optional<FeatureMap[]>;
  galleries: Optional<Gallery[]>;
  siteAudit: Optional<SiteAudit>;
  leakage: Optional<AuditCheck[]>;
  configurations: NamedYaml[];
  environment: [name: Remark, value: Remark][];
  /** Files that were read for this report. */
  files: { path: string; sha256: string }[];
}
