import { z } from 'zod';
import { PRECISIONS, type Precision } from '../config/precision.ts';
import { readJson, writeJson } from '../json.ts';

/** A frozen decision as JSON; whoever uses it checks the hash. */
export interface FrozenRecord {
  kind: string;
  value: unknown;
  fitted_on: { splits: string[]; hospitals: string[]; n: number; patients_sha256: string };
  hash: string;
}

/** Where the features of a modality came from, enough to extract a new patient's. */
export interface FusionModality {
  modality: string;
  /** Architecture of the network. */
  model: string;
  /** `pretrained`, the checkpoint file, or `unknown`, as in `features_{modality}.json`. */
  checkpoint: string;
  checkpoint_sha256: string;
  dims: number;
  image_size: number | null;
  normalize_mean: number | null;
  normalize_std: number | null;
  precision: Precision | null;
  /** Whether the network was trained on the training patients; null when the checkpoint does not say. */
  in_sample: boolean | null;
}

/** A fitted classifier: of all modalities or of one. */
export interface FittedClassifier {
  /** `fused`, or the modality. */
  name: string;
  /** In the order of concatenation. */
  modalities: string[];
  /** Frozen scaler; null when features are used as they are. */
  scaler: FrozenRecord | null;
  /** One row for two classes, else one for each class; columns are the concatenated dims. */
  coef: number[][];
  intercept: number[];
  iterations: number;
  converged: boolean;
  /** Frozen threshold; null with more than two classes. */
  threshold: FrozenRecord | null;
}

/** The out-of-fold logits of a modality that a stacked model was fitted on. */
export interface StackInput {
  modality: string;
  /** Models of the cross-fitting. */
  folds: number;
  /** SHA-256 (hex) of `logits_{modality}.json`. */
  record_sha256: string;
}

/**
 * The logistic regression on out-of-fold logits. Its columns are, modality by modality, logit 1 − logit 0 with two
 * classes and else each class's logit.
 */
export interface StackedModel {
  classifier: FittedClassifier;
  inputs: StackInput[];
}

/** `model.json` of a fusion: everything to predict again. */
export interface FusionModelFile {
  /** Version of this file's fields. */
  format: 1;
  label_names: string[];
  /** How a patient's slices become one vector. */
  pooling: 'mean';
  /** In the order of concatenation. */
  modalities: FusionModality[];
  options: { C: number; max_iter: number; tol: number; random_state: number; standardize: boolean };
  classifiers: FittedClassifier[];
  /** Only after `radweave fuse --stack`. */
  stacked?: StackedModel | undefined;
  /** Cautions that belong beside every number this model gives. */
  notes: string[];
  versions: Record<string, string>;
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const whole = z.int().min(0);

/** Schema of a frozen decision, wherever one is stored. */
export const frozenRecord: z.ZodType<FrozenRecord> = z.object({
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

const modality: z.ZodType<FusionModality> = z.object({
  modality: z.string().min(1),
  model: z.string().min(1),
  checkpoint: z.string().min(1),
  checkpoint_sha256: sha256,
  dims: z.int().min(1),
  image_size: z.int().min(1).nullable(),
  normalize_mean: z.number().nullable(),
  normalize_std: z.number().gt(0).nullable(),
  precision: z.enum(PRECISIONS).nullable(),
  in_sample: z.boolean().nullable(),
});

const classifier: z.ZodType<FittedClassifier> = z.object({
  name: z.string().min(1),
  modalities: z.array(z.string().min(1)).min(1),
  scaler: frozenRecord.nullable(),
  coef: z.array(z.array(z.number())).min(1),
  intercept: z.array(z.number()).min(1),
  iterations: whole,
  converged: z.boolean(),
  threshold: frozenRecord.nullable(),
});

const stacked: z.ZodType<StackedModel> = z.object({
  classifier,
  inputs: z
    .array(z.object({ modality: z.string().min(1), folds: z.int().min(2), record_sha256: sha256 }))
    .min(1),
});

const schema: z.ZodType<FusionModelFile> = z
  .object({
    format: z.literal(1),
    label_names: z.array(z.string()).min(2),
    pooling: z.literal('mean'),
    modalities: z.array(modality).min(1),
    options: z.object({
      C: z.number().gt(0),
      max_iter: z.int().min(1),
      tol: z.number().gt(0),
      random_state: whole,
      standardize: z.boolean(),
    }),
    classifiers: z.array(classifier).min(1),
    stacked: stacked.optional(),
    notes: z.array(z.string()),
    versions: z.record(z.string(), z.string()),
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

/** Writes `model.json`. */
export function writeFusionModel(path: string, model: FusionModelFile): void {
  writeJson(path, schema.parse(model));
}

/** Reads `model.json`. @throws DataError as `readJson`. */
export function readFusionModel(path: string): FusionModelFile {
  return readJson(path, schema);
}
