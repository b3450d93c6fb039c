import { featureTablePath, SPLITS } from '@radweave/artifacts';
import { on, set, usual } from '../declare/config-flags.ts';
import { optional, required, toggle } from '../declare/flags.ts';
import { trainedCheckpoint } from '../declare/job-part.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import type { ExtractOptions } from '../work/extract.ts';

/** Also those of cross-fitting, which adds its own. */
export const extractFlags = {
  modality: required('<name>', 'modality to extract'),
  model: optional('<name>', 'architecture of the run, or of --checkpoint pretrained', 'Input'),
  checkpoint: optional(
    '<file>',
    '.pth file or `pretrained` (default: the best of the newest run on the present split)',
    'Input',
  ),
  align: toggle('align the modalities afterwards'),
};

/** Extracts the features of every slice of a modality. */
export const extract = defineStage({
  name: 'extract',
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
    as: `radweave extract --modality ${modality}`,
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
      ...usual('precision', 'device', 'root_dir', 'splits_dir', 'resize', 'num_workers', 'seed'),
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
