import { checkpointsOf, readFusionModel } from '@radweave/artifacts';
import { set, usual } from '../declare/config-flags.ts';
import { optional, pairs, required, several, withDefault } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { PredictOptions } from '../work/predict.ts';

/** Applies a fused model to new patients. */
export const predict = defineStage({
  name: 'predict',
  takes: {
    config: take.config,
    model: take.text,
    input: take.text,
    output: take.text,
    checkpoints: take.names.optional(),
    hospital: take.text.optional(),
  },
  settings: [
    'data.resize',
    'extraction.batch_size',
    'training.precision',
    'training.device',
    'training.deterministic',
  ],
  precisionOf: 'extract',
  reads: ({ config, model, input, checkpoints }: PredictOptions) => {
    const { modalities } = readFusionModel(model);
    const places = checkpointsOf(model, modalities, checkpoints);
    const named = Object.entries(places).map(([modality, path]) => [`checkpoint of ${modality}`, path]);
    const fused = read.together(modalities, ({ modality }) => read.fusedRecords(config, modality));
    return { 'fusion model': model, patients: input, ...Object.fromEntries(named), ...fused };
  },
  writes: ({ output }) => [output],
  run: async (options, context) => (await import('../work/predict.ts')).predict(options, context),
  command: {
    name: 'predict',
    summary: 'apply a fused model to new patients',
    examples: ['--model model.json --input /data/new'],
    leaves: '`predictions.csv`: probabilities, label and a note for each new patient',
    flags: {
      model: required('<file>', 'fused model: model.json, which fuse writes'),
      input: required('<folder>', 'features, or images laid out as {patient}/{modality}/*.png'),
      output: withDefault('<file>', 'CSV to write', 'predictions.csv', 'Output'),
      hospital: optional(
        '<name>',
        'hospital of the patients, named as in the study; it shows whether they are its training patients',
      ),
      checkpoint: several('<modality=file...>', 'new location of a moved checkpoint'),
    },
    configFlags: [
      set('batch_size', 'extraction.batch_size'),
      set('study_key', 'data.study_key'),
      ...usual('splits_dir', 'precision', 'device', 'resize', 'num_workers'),
    ],
    options: ({ config }, { model, input, output, hospital, checkpoint }) => ({
      config,
      model,
      input,
      output,
      hospital: hospital?.normalize('NFC'),
      checkpoints: pairs('--checkpoint', checkpoint),
    }),
  },
});
