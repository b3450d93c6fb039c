import { join } from 'node:path';
import { z } from 'zod';
import { PRECISIONS } from '../config/precision.ts';
import { jsonFile, recordOf, sha256 } from '../json.ts';
import { folderName } from '../names.ts';
import { slicesIdentities } from '../splits/slices-hash.ts';

/** Model and checkpoint of features that another program made. */
export const UNKNOWN_NETWORK = 'unknown';

/** Height and width, in pixels, of the largest images that a network is given. */
export const LARGEST_IMAGE = 4096;
/** The longest feature vector of a slice. */
export const MOST_DIMS = 1_000_000;

const whole = z.int().min(0);

/** `features_{modality}.json` beside the table: where a split's features of one modality came from. */
const schema = z.object({
  format: z.literal(1),
  modality: z.string().min(1),
  split: z.string().min(1),
  model: z.string().min(1),
  /** `pretrained` for ImageNet weights alone, `unknown` for features of another program, else the checkpoint file. */
  checkpoint: z.string().min(1),
  /** SHA-256 (hex) of the weights, of an unknown network of its features; those of different ones must not be mixed. */
  checkpoint_sha256: sha256,
  /** Split the checkpoint was trained on; null when it does not say. */
  split_hash: z.string().nullable(),
  /** Of its training and validation patients alone; left out where it does not say. */
  fitted_on_hash: z.string().optional(),
  /** Whether the network was trained on patients of this split; null when the checkpoint does not say. */
  in_sample: z.boolean().nullable(),
  /** Length of a slice's feature vector. */
  dims: z.int().min(1).max(MOST_DIMS),
  patients: whole,
  slices: whole,
  /** Of the slices; files of earlier versions have none. */
  slices_identity: slicesIdentities.shape.test,
  /** SHA-256 (hex) of each patient's array, in the order of the table; files of earlier versions have none. */
  arrays_sha256: z.array(sha256).optional(),
  /** Null, like the three below, where the network is unknown. */
  precision: z.enum(PRECISIONS).nullable(),
  /** Height and width of the slices as the network saw them, in pixels. */
  image_size: z.int().min(1).max(LARGEST_IMAGE).nullable(),
  normalize_mean: z.number().nullable(),
  normalize_std: z.number().gt(0).nullable(),
  versions: recordOf(z.string()),
});
export type FeatureSet = z.infer<typeof schema>;

/** `{features}/{split}/features_{modality}.json`. */
export function featureSetPath(featuresDir: string, split: string, modality: string): string {
  return join(featuresDir, split, `features_${folderName('modality', modality)}.json`);
}

/** The origin of a split's features. */
export const { read: readFeatureSet, write: writeFeatureSet } = jsonFile(schema);
