import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../json.ts';
import { folderName } from '../names.ts';
import type { ExplainedPatient, Explanations, RandomisationCheck } from './types.ts';

const whole = z.int().min(0);
const probability = z.number().min(0).max(1);
const correlation = z.number().min(-1).max(1).nullable();

const patient: z.ZodType<ExplainedPatient> = z.object({
  patient: z.string().min(1),
  hospital: z.string(),
  label: whole,
  probabilities: z.array(probability).min(2),
  predicted: whole,
  explained_class: whole,
  category: z.enum([
    'most_confident_right',
    'least_confident_right',
    'most_confident_wrong',
    'least_confident_wrong',
    'asked',
  ]),
  file: z.string().min(1),
  scale: z.number().min(0),
  slices: z
    .array(
      z.object({
        image_path: z.string().min(1),
        probability,
        peak: z.number().min(0),
        shown: z.boolean(),
      }),
    )
    .min(1),
});

const randomisation: z.ZodType<RandomisationCheck> = z.object({
  slices: whole,
  seed: whole,
  steps: z
    .array(
      z.object({
        randomised: z.array(z.string().min(1)).min(1),
        spearman: correlation,
        spearman_slices: whole,
        ssim: correlation,
      }),
    )
    .min(1),
  limit: z.number(),
  passed: z.boolean().nullable(),
});

const schema: z.ZodType<Explanations> = z.object({
  format: z.literal(1),
  method: z.literal('grad-cam'),
  modality: z.string().min(1),
  split: z.enum(['train', 'val', 'test']),
  model: z.string().min(1),
  checkpoint: z.string().min(1),
  checkpoint_sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
  layer: z.string().min(1),
  grid: z.tuple([z.int().min(1), z.int().min(1)]),
  image_size: z.int().min(1),
  label_names: z.array(z.string()).min(2),
  normalisation: z.literal('patient'),
  decision: z.object({
    source: z.enum(['evaluation', 'default']),
    aggregation: z.string().min(1),
    threshold: z.number().nullable(),
  }),
  patients: z.array(patient),
  randomisation,
  notes: z.array(z.string()),
  versions: z.record(z.string(), z.string()),
});

/** `{output}/explanations/{modality}`: the montages, and `explanations.json`. */
export function explanationsFolder(outputDir: string, modality: string): string {
  return join(outputDir, 'explanations', folderName('modality', modality));
}

/** The record in a folder of montages. */
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
