import { join } from 'node:path';
import { z } from 'zod';
import { PRECISIONS, type Precision } from '../config/precision.ts';
import { readJson, writeJson } from '../json.ts';
import { folderName } from '../names.ts';

/** Model and checkpoint of features that another program made. */
export const UNKNOWN_NETWORK = 'unknown';

/** `features_{modality}.json` beside the table: where a split's features of one modality came from. */
export interface FeatureSet {
  /** Version of this file's fields. */
  format: 1;
  modality: string;
  split: string;
  model: string;
  /** `pretrained` for ImageNet weights alone, `unknown` for features of another program, else the checkpoint file. */
  checkpoint: string;
  /** SHA-256 (hex) of the weights, of an unknown network of its features; those of different ones must not be mixed. */
  checkpoint_sha256: string;
  /** Split the checkpoint was trained on; null when it does not say. */
  split_hash: string | null;
  /** Whether the network was trained on patients of this split; null when the checkpoint does not say. */
  in_sample: boolean | null;
  /** Length of a slice's feature vector. */
  dims: number;
  patients: number;
  slices: number;
  /** Null, like the three below, where the network is unknown. */
  precision: Precision | null;
  /** Height and width of the slices as the network saw them, in pixels. */
  image_size: number | null;
  normalize_mean: number | null;
  normalize_std: number | null;
  versions: Record<string, string>;
}

const whole = z.int().min(0);

const schema: z.ZodType<FeatureSet> = z.object({
  format: z.literal(1),
  modality: z.string().min(1),
  split: z.string().min(1),
  model: z.string().min(1),
  checkpoint: z.string().min(1),
  checkpoint_sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
  split_hash: z.string().nullable(),
  in_sample: z.boolean().nullable(),
  dims: z.int().min(1),
  patients: whole,
  slices: whole,
  precision: z.enum(PRECISIONS).nullable(),
  image_size: z.int().min(1).nullable(),
  normalize_mean: z.number().nullable(),
  normalize_std: z.number().gt(0).nullable(),
  versions: z.record(z.string(), z.string()),
});

/** `{features}/{split}/features_{modality}.json`. */
export function featureSetPath(featuresDir: string, split: string, modality: string): string {
  return join(featuresDir, split, `features_${folderName('modality', modality)}.json`);
}

/** Writes the origin of a split's features. */
export function writeFeatureSet(path: string, set: FeatureSet): void {
  writeJson(path, schema.parse(set));
}

/** Reads the origin of a split's features. @throws DataError as `readJson`. */
export function readFeatureSet(path: string): FeatureSet {
  return readJson(path, schema);
}
