import { createHash } from 'node:crypto';
import { z } from 'zod';
import { PRECISIONS } from '../config/precision.ts';
import { DataError } from '../errors.ts';
import { LARGEST_IMAGE, MOST_DIMS } from '../features/feature-set.ts';
import { jsonFile, recordOf, sha256, splitHashes } from '../json.ts';
import { slicesIdentities } from '../splits/slices-hash.ts';

const whole = z.int().min(0);

/** A frozen decision as JSON, wherever one is stored; whoever uses it checks the hash. */
export const frozenRecord = z.object({
  kind: z.string(),
  value: z.unknown(),
  fitted_on: z.object({
    splits: z.array(z.string()),
    hospitals: z.array(z.string()),
    n: whole,
    patients_sha256: sha256,
  }),
  hash: sha256,
});
export type FrozenRecord = z.infer<typeof frozenRecord>;

export const { read: readFrozen, write: writeFrozen } = jsonFile(frozenRecord);

/** Where the features of a modality came from, enough to extract a new patient's. */
const modality = z.object({
  modality: z.string().min(1),
  /** Architecture of the network. */
  model: z.string().min(1),
  /** `pretrained`, the checkpoint file, or `unknown`, as in `features_{modality}.json`. */
  checkpoint: z.string().min(1),
  checkpoint_sha256: sha256,
  /** SHA-256 (hex) of what the records of all sets said of the features; files of earlier versions have none. */
  features_sha256: sha256.optional(),
  dims: z.int().min(1).max(MOST_DIMS),
  image_size: z.int().min(1).max(LARGEST_IMAGE).nullable(),
  normalize_mean: z.number().nullable(),
  normalize_std: z.number().gt(0).nullable(),
  precision: z.enum(PRECISIONS).nullable(),
  /** Whether the network was trained on the training patients; null when the checkpoint does not say. */
  in_sample: z.boolean().nullable(),
  /** Of the slices that the features came from; files of earlier versions have none. */
  slices_identity: slicesIdentities.optional(),
});
export type FusionModality = z.infer<typeof modality>;

/** Which features of a modality something was made of. */
export const usedFeatures = modality.pick({
  modality: true,
  checkpoint: true,
  checkpoint_sha256: true,
  features_sha256: true,
});
export type UsedFeatures = z.infer<typeof usedFeatures>;

/** A fitted classifier: of all modalities or of one. */
const classifier = z.object({
  /** `fused`, the modality, or several of them, as in `A+P`. */
  name: z.string().min(1),
  /** In the order of concatenation. */
  modalities: z.array(z.string().min(1)).min(1),
  /** Frozen scaler; null when features are used as they are. */
  scaler: frozenRecord.nullable(),
  /** One row for two classes, else one for each class; columns are the concatenated dims. */
  coef: z.array(z.array(z.number())).min(1),
  intercept: z.array(z.number()).min(1),
  iterations: whole,
  converged: z.boolean(),
  /** Frozen threshold; null with more than two classes. */
  threshold: frozenRecord.nullable(),
});
export type FittedClassifier = z.infer<typeof classifier>;

/** The out-of-fold logits of a modality that a stacked model was fitted on. */
const stackInput = z.object({
  modality: z.string().min(1),
  /** Models of the cross-fitting. */
  folds: z.int().min(2),
  /** SHA-256 (hex) of `logits_{modality}.json`. */
  record_sha256: sha256,
});

/**
 * The logistic regression on out-of-fold logits. Its columns are, modality by modality, logit 1 − logit 0 with two
 * classes and else each class's logit.
 */
const stacked = z.object({ classifier, inputs: z.array(stackInput).min(1) });
export type StackedModel = z.infer<typeof stacked>;

/** `model.json` of a fusion: everything to predict again. */
const schema = z
  .object({
    format: z.literal(1),
    label_names: z.array(z.string()).min(2),
    /** How a patient's slices become one vector. */
    pooling: z.literal('mean'),
    /** In the order of concatenation. */
    modalities: z.array(modality).min(1),
    options: z.object({
      C: z.number().gt(0),
      max_iter: z.int().min(1),
      tol: z.number().gt(0),
      random_state: whole,
      standardize: z.boolean(),
      /** Of the intervals in `metrics.csv`; 0.95 where an earlier version wrote none. */
      confidence_level: z.number().optional(),
    }),
    classifiers: z.array(classifier).min(1),
    /** Whether each classifier was fitted on all who have its modalities, and patients are predicted by what they have. */
    missing: z.literal('allow').optional(),
    /** Only after `radweave fuse --stack`. */
    stacked: stacked.optional(),
    /** Of the numbers of `predictions_{split}.csv`; files of earlier versions have none. */
    predictions_sha256: splitHashes.optional(),
    /** Cautions that belong beside every number this model gives. */
    notes: z.array(z.string()),
    versions: recordOf(z.string()),
    /** Of all the other fields; files of earlier versions have none. */
    hash: sha256.optional(),
  })
  .check((context) => {
    const { classifiers, modalities, label_names } = context.value;
    const rows = label_names.length === 2 ? 1 : label_names.length;
    const report = (path: (string | number)[], message: string): void => {
      context.issues.push({ code: 'custom', path, message, input: context.value });
    };
    classifiers.forEach((one, i) => {
      const dims = one.modalities.map(
        (name) => modalities.find((m) => m.modality === name)?.dims ?? Number.NaN,
      );
      const columns = dims.reduce((sum, d) => sum + d, 0);
      const fits = one.coef.length === rows && one.coef.every((row) => row.length === columns);
      if (!fits) report(['classifiers', i, 'coef'], `expected ${rows} × ${columns} coefficients`);
      if (one.intercept.length !== rows) report(['classifiers', i, 'intercept'], `expected ${rows} values`);
    });
  });

export type FusionModelFile = z.infer<typeof schema>;

/** The confidence level of the intervals beside a record; earlier versions wrote none, because they knew only one. */
export function levelOf({ confidence_level = 0.95 }: { confidence_level?: number | undefined }): number {
  return confidence_level;
}

const file = jsonFile(schema);

/** For who looks at what was changed: the hash is not asked. @throws DataError as `readJson`. */
export const readUncheckedFusionModel: typeof file.read = file.read;

/** Of the fields as the schema orders them, but for the hash itself. */
function hashOf(model: FusionModelFile): string {
  const { hash: _, ...fields } = schema.parse(model);
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

/** Reads `model.json`. @throws DataError as `readJson`, and `E_FROZEN` when it was changed after it was written. */
export function readFusionModel(path: string): FusionModelFile {
  const model = file.read(path);
  if (model.hash === undefined || model.hash === hashOf(model)) return model;
  throw new DataError(
    'E_FROZEN',
    'this model was changed after it was fitted: its hash is that of other content',
    {
      where: path,
      hint: 'Restore the file as it was written, or run radweave fuse again',
    },
  );
}

/** Writes `model.json`, with its hash. */
export function writeFusionModel(path: string, model: FusionModelFile): void {
  file.write(path, { ...model, hash: hashOf(model) });
}
