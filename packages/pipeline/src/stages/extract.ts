import { join } from 'node:path';
import { featureTablePath, folderName, inShell, SPLITS } from '@radweave/artifacts';
import { on, set, usual } from '../declare/config-flags.ts';
import { optional, required, shardFlag, toggle } from '../declare/flags.ts';
import { trainedCheckpoint } from '../declare/job-part.ts';
import * as read from '../declare/reads.ts';
import { sliceFiles, takenReads } from '../declare/shard-reads.ts';
import { shardStage } from '../declare/shards.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { ExtractOptions } from '../work/extract.ts';

/** Also those of cross-fitting, which adds its own. */
export const extractFlags = {
  modality: required('<name>', 'modality to extract'),
  model: optional(
    '<name>',
    'architecture: selects the run, or says which model for --checkpoint pretrained',
    'Input',
  ),
  checkpoint: optional(
    '<file>',
    '.pth file or `pretrained` (default: the best of the newest run on the present split)',
    'Input',
  ),
  align: toggle('align the modalities afterwards'),
  shard: shardFlag,
};

/** Extracts the features of every slice of a modality. */
export const extract = defineStage({
  name: 'extract',
  takes: {
    config: take.config,
    modality: take.text,
    model: take.text.optional(),
    checkpoint: take.text.optional(),
    align: take.truth,
    given: take.texts.optional(),
  },
  looksAtImages: true,
  settings: [
    'data.features_dir',
    'data.resize',
    'extraction.*',
    'training.precision',
    'training.device',
    'training.deterministic',
  ],
  precisionOf: 'extract',
  reads: (options: ExtractOptions) => ({
    ...read.sliceReads(options.config, options.modality),
    ...read.checkpointReads(options),
  }),
  writes: ({ config, modality }) => read.pathsOf(read.featureReads(config, modality)),
  locks: ({ config, modality }) => ({
    folder: config.data.features_dir,
    flag: '--set data.features_dir=FOLDER',
    as: `radweave extract --modality ${inShell(modality)}`,
  }),
  run: async (options, context) => (await import('../work/extract.ts')).extract(options, context),
  job: {
    after: ['preprocess', 'train'],
    isPerModality: true,
    places: ({ data }, modality) =>
      SPLITS.map((split) => featureTablePath(data.features_dir, split, modality)),
    options: (job, modality) => {
      const checkpoint = trainedCheckpoint(job, modality);
      return { config: job.config, given: [], modality, model: undefined, checkpoint, align: false };
    },
  },
  command: {
    name: 'extract',
    summary: 'extract patient-level features',
    examples: ['--modality A', '--modality P --align'],
    leaves: 'features of every slice, one array per patient',
    flags: extractFlags,
    configFlags: [
      set('output_dir', 'data.features_dir'),
      set('batch_size', 'extraction.batch_size'),
      on('slice_index', 'extraction.slice_index'),
      ...usual('precision', 'device', 'root_dir', 'splits_dir', 'resize', 'num_workers'),
    ],
    options: ({ config, given, inFile }, { modality, model, checkpoint, align }) => ({
      config,
      given: [...inFile, ...given],
      modality,
      model,
      checkpoint,
      align,
    }),
  },
});

/** A share of the slices, or all parts together. */
export const extractShard = shardStage('extract_shard', extract, {
  examples: ['--modality A --shard 1/4', '--modality A --shard merge'],
  folder: ({ config, modality }) =>
    join(config.data.features_dir, '.shards', `extract_${folderName('modality', modality)}`),
  alike: (options) => ({
    ...read.presentReads(options.config, options.modality),
    // Of weights that do not say it.
    model: { path: options.checkpoint ?? '', value: options.model ?? options.config.model.name },
    ...takenReads(options),
  }),
  files: ({ config, modality }) => sliceFiles(config, modality, SPLITS),
  part: async (options, shard, into, context) =>
    (await import('../work/extract-shards.ts')).extractPart(options, shard, into, context),
  merge: async (options, parts, context) =>
    (await import('../work/extract-shards.ts')).mergeExtracted(options, parts, context),
});
