import { are, counted } from '@radweave/remarks';
import { z } from 'zod';
import { evaluation } from './evaluation-section.ts';
import { data, experiment, explanation, extraction, fusion, model, preprocess } from './sections.ts';
import { augmentation, training } from './training-section.ts';
import { tune } from './tune-section.ts';

/** The keys of every section, in the order they are written. */
export const SECTIONS = {
  data,
  preprocess,
  model,
  training,
  augmentation,
  extraction,
  fusion,
  evaluation,
  explanation,
  experiment,
  tune,
};

/** How good the settings of a `best_hparams` file were. Other fields are kept. */
const record = z.looseObject({
  val_auc: z.number().min(0).max(1),
  split_hash: z.string().min(1),
  fitted_on_hash: z.string().optional(),
  epoch: z.int().min(1),
});
export type HparamsRecord = z.infer<typeof record>;

/** A section with every default filled in when it is absent or empty. */
function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodType<z.output<z.ZodObject<Shape>>> {
  return z.preprocess((value) => value ?? {}, z.strictObject(shape));
}

/** The one schema of the YAML configuration: validates, fills defaults, documents. */
export const configSchema = z
  .strictObject({
    data: section(data),
    preprocess: section(preprocess),
    model: section(model),
    training: section(training),
    augmentation: section(augmentation),
    extraction: section(extraction),
    fusion: section(fusion),
    evaluation: section(evaluation),
    explanation: section(explanation),
    experiment: section(experiment),
    tune: section(tune),
    /** Only in `config/best_hparams/*.yaml`. */
    record: record.optional(),
  })
  .check((context) => {
    const { training, model } = context.value;
    if (Array.isArray(training.class_weights) && training.class_weights.length !== model.num_classes) {
      context.issues.push({
        code: 'custom',
        path: ['training', 'class_weights'],
        message: `${counted(training.class_weights.length, 'class weight')} ${are(training.class_weights.length)} given for model.num_classes ${model.num_classes}`,
        input: training.class_weights,
      });
    }
  });
