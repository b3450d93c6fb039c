import { z } from 'zod';
import { evaluation } from './evaluation-section.ts';
import type { Section } from './keys.ts';
import { data, experiment, extraction, fusion, model, preprocess } from './sections.ts';
import { augmentation, training } from './training-section.ts';
import type { Config, HparamsRecord, SectionName } from './types.ts';

/** The keys of every section, in the order they are written. */
export const SECTIONS: { readonly [Name in SectionName]: Section<Config[Name]> } = {
  data,
  preprocess,
  model,
  training,
  augmentation,
  extraction,
  fusion,
  evaluation,
  experiment,
};

const record: z.ZodType<HparamsRecord> = z.looseObject({
  val_auc: z.number().min(0).max(1),
  split_hash: z.string().min(1),
  epoch: z.int().min(1),
});

/** A section with every default filled in when it is absent or empty. */
function section<T extends object>(shape: Section<T>): z.ZodType<T> {
  return z.preprocess((value) => value ?? {}, z.strictObject(shape)) as unknown as z.ZodType<T>;
}

/** The one schema of the YAML configuration: validates, fills defaults, documents. */
export const configSchema: z.ZodType<Config> = z
  .strictObject({
    data: section(data),
    preprocess: section(preprocess),
    model: section(model),
    training: section(training),
    augmentation: section(augmentation),
    extraction: section(extraction),
    fusion: section(fusion),
    evaluation: section(evaluation),
    experiment: section(experiment),
    record: record.optional(),
  })
  .check((context) => {
    const { training, model } = context.value;
    if (Array.isArray(training.class_weights) && training.class_weights.length !== model.num_classes) {
      context.issues.push({
        code: 'custom',
        path: ['training', 'class_weights'],
        message: `${training.class_weights.length} class weights are given for model.num_classes ${model.num_classes}`,
        input: training.class_weights,
      });
    }
  });
