import type { Split } from '../splits/split-file.ts';

/** Why a patient is shown; `asked`: named by the user. */
export type ExplainedCategory =
  | 'most_confident_right'
  | 'least_confident_right'
  | 'most_confident_wrong'
  | 'least_confident_wrong'
  | 'asked';

/** One slice of an explained patient. */
export interface ExplainedSlice {
  image_path: string;
  /** The network's probability of the explained class. */
  probability: number;
  /** Largest value of the slice's map, in units of the map. */
  peak: number;
  /** Whether it is in the montage. */
  shown: boolean;
}

/** A patient with a montage. */
export interface ExplainedPatient {
  patient: string;
  hospital: string;
  label: number;
  /** The patient's, one per class. */
  probabilities: number[];
  predicted: number;
  /** The class whose evidence the maps show. */
  explained_class: number;
  category: ExplainedCategory;
  /** PNG beside this file. */
  file: string;
  /** Value of the map that is drawn strongest: the largest of all the patient's slices; 0 when every map is empty. */
  scale: number;
  slices: ExplainedSlice[];
}

/** How patients were judged right or wrong. */
export interface ExplainedDecision {
  /** `evaluation`: the decisions frozen there; `default`: mean over slices, 0.5 or the most probable class. */
  source: 'evaluation' | 'default';
  aggregation: string;
  /** Null with more than two classes. */
  threshold: number | null;
}

/** The maps after the network's last parts were given random weights, compared with those of the trained network. */
export interface RandomisationStep {
  /** Parts with random weights: those of the steps before, and one more. */
  randomised: string[];
  /** Mean rank correlation of the maps' pixels; null when no slice could be compared. */
  spearman: number | null;
  /** Slices whose two maps both vary: only these have a rank correlation. */
  spearman_slices: number;
  /** Mean structural similarity of the maps; null for slices smaller than its window. */
  ssim: number | null;
}

/** Model parameter randomisation test of Adebayo et al. 2018. */
export interface RandomisationCheck {
  slices: number;
  seed: number;
  steps: RandomisationStep[];
  /** The check fails when the last step's rank correlation is at least this. */
  limit: number;
  /** Null when it could not be told. */
  passed: boolean | null;
}

/** `explanations.json`: which patients were explained, how, and whether the maps depend on what the network learned. */
export interface Explanations {
  format: 1;
  method: 'grad-cam';
  modality: string;
  split: Split;
  model: string;
  checkpoint: string;
  checkpoint_sha256: string;
  /** Where the maps were taken. */
  layer: string;
  /** Height and width of the maps before they were enlarged. */
  grid: [number, number];
  /** Height and width of the slices as the network saw them, in pixels. */
  image_size: number;
  label_names: string[];
  /** Maps are divided by the largest value of all slices of the same patient. */
  normalisation: 'patient';
  decision: ExplainedDecision;
  patients: ExplainedPatient[];
  randomisation: RandomisationCheck;
  notes: string[];
  versions: Record<string, string>;
}
