import { join } from 'node:path';
import { z } from 'zod';
import { MAP_METHODS, type MapMethod } from '../config/sections.ts';
import { readJson, recordOf, sha256, writeJson } from '../json.ts';
import { folderName } from '../names.ts';
import { remarkField } from '../remark-field.ts';
import { SPLITS } from '../split.ts';
import { slicesIdentities } from '../splits/slices-hash.ts';

/** What the methods are called in texts. */
export const MAP_NAMES: Readonly<Record<MapMethod, string>> = {
  'grad-cam': 'Grad-CAM',
  hirescam: 'HiResCAM',
};

const whole = z.int().min(0);
const probability = z.number().min(0).max(1);
const correlation = z.number().min(-1).max(1).nullable();

/** Why a patient is shown; `asked`: named by the user. */
export const EXPLAINED_CATEGORIES = [
  'most_confident_right',
  'least_confident_right',
  'most_confident_wrong',
  'least_confident_wrong',
  'asked',
] as const;
const category = z.enum(EXPLAINED_CATEGORIES);
export type ExplainedCategory = z.infer<typeof category>;

const slice = z.object({
  image_path: z.string().min(1),
  /** The network's probability of the explained class. */
  probability,
  /** Largest value of the slice's map, in units of the map. */
  peak: z.number().min(0),
  shown: z.boolean(),
});
export type ExplainedSlice = z.infer<typeof slice>;

const patient = z.object({
  patient: z.string().min(1),
  hospital: z.string(),
  label: whole,
  /** The patient's, one per class. */
  probabilities: z.array(probability).min(2),
  predicted: whole,
  /** The class whose evidence the maps show. */
  explained_class: whole,
  category,
  /** PNG beside this file. */
  file: z.string().min(1),
  /** Value of the map that is drawn strongest: the largest of all the patient's slices; 0 when every map is empty. */
  scale: z.number().min(0),
  slices: z.array(slice).min(1),
});
export type ExplainedPatient = z.infer<typeof patient>;

/** How patients were predicted, right or wrong. */
const decision = z.object({
  /** `evaluation`: the decisions frozen there; `default`: mean over slices, 0.5 or the most probable class. */
  source: z.enum(['evaluation', 'default']),
  aggregation: z.string().min(1),
  /** Null with more than two classes. */
  threshold: z.number().nullable(),
});
export type ExplainedDecision = z.infer<typeof decision>;

/** The maps after the network's last parts were given random weights, compared with those of the trained network. */
const step = z.object({
  /** Parts with random weights: those of the steps before, and one more. */
  randomised: z.array(z.string().min(1)).min(1),
  /** Mean rank correlation of the maps' pixels; null when no slice could be compared. */
  spearman: correlation,
  /** Slices whose two maps both vary: only these have a rank correlation. */
  spearman_slices: whole,
  /** Mean structural similarity of the maps; null for slices smaller than its window. */
  ssim: correlation,
});
export type RandomisationStep = z.infer<typeof step>;

/** From this rank correlation on, maps are more alike than not. */
export const IN_PART = 0.5;

/** Model parameter randomisation test of Adebayo et al. 2018. */
const randomisation = z.object({
  slices: whole,
  seed: whole,
  steps: z.array(step).min(1),
  /** The check fails when the last step's rank correlation is at least this. */
  limit: z.number(),
  /** Null when it could not be told. */
  passed: z.boolean().nullable(),
});
export type RandomisationCheck = z.infer<typeof randomisation>;

/** `explanations.json`: which patients were explained, how, and whether the maps depend on what the network learned. */
const schema = z.object({
  /** 1 had texts where remarks are now. */
  format: z.union([z.literal(1), z.literal(2)]),
  method: z.enum(MAP_METHODS),
  modality: z.string().min(1),
  split: z.enum(SPLITS),
  /** Of the slices of that set; earlier versions wrote none. */
  slices_identity: slicesIdentities.shape.test,
  model: z.string().min(1),
  checkpoint: z.string().min(1),
  checkpoint_sha256: sha256,
  /** Where the maps were taken. */
  layer: z.string().min(1),
  /** Height and width of the maps before they were enlarged. */
  grid: z.tuple([z.int().min(1), z.int().min(1)]),
  /** Height and width of the slices as the network saw them, in pixels. */
  image_size: z.int().min(1),
  label_names: z.array(z.string()).min(2),
  /** Maps are divided by the largest value of all slices of the same patient. */
  normalisation: z.literal('patient'),
  decision,
  patients: z.array(patient),
  randomisation,
  notes: z.array(remarkField),
  versions: recordOf(z.string()),
});
export type Explanations = z.infer<typeof schema>;

/** `{output}/explanations/{modality}`: the montages, and `explanations.json`. */
export function explanationsFolder(outputDir: string, modality: string): string {
  return join(outputDir, 'explanations', folderName('modality', modality));
}

export function explanationsFile(folder: string): string {
  return join(folder, 'explanations.json');
}

/** Writes the record of a folder of montages. */
export function writeExplanations(folder: string, explanations: Explanations): void {
  writeJson(explanationsFile(folder), schema.parse(explanations));
}

/** Reads the record of a folder of montages. @throws DataError as `readJson`. */
export function readExplanations(folder: string): Explanations {
  return readJson(explanationsFile(folder), schema);
}
