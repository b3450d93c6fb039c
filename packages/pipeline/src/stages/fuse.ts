import { fusedFeaturesStem, fusionFolder, SPLITS } from '@radweave/artifacts';
import { evaluationFlags, off, on, set, usual } from '../declare/config-flags.ts';
import { toggle } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { FuseOptions } from '../work/fuse.ts';
import { evaluate, usualEvaluation } from './evaluate.ts';

const writes = ({ config }: FuseOptions): string[] => [
  ...read.pathsOf(read.fusionReads(config)),
  ...fusedFiles(fusionFolder(config)),
];

/** Fuses the modalities and fits the classifier. */
export const fuse = defineStage({
  name: 'fuse',
  takes: { config: take.config, modalities: take.texts, stack: take.truth.optional() },
  settings: [
    'data.modalities',
    'data.missing',
    'data.features_dir',
    'fusion.*',
    'evaluation.threshold_rule',
    'evaluation.target_sensitivity',
    'evaluation.confidence_level',
  ],
  asked: ({ stack = false }: FuseOptions) => ({ stack }),
  reads: ({ config, modalities, stack = false }) => ({
    ...read.splitRecords(config, 'cohort.csv'),
    ...read.together(modalities, (one) => read.featureReads(config, one)),
    ...(stack ? read.together(modalities, (one) => read.logitReads(config, one)) : {}),
  }),
  writes,
  locks: ({ config }) => ({
    folder: fusionFolder(config),
    reads: config.data.features_dir,
    as: 'radweave fuse',
  }),
  run: async (options, context) => (await import('../work/fuse.ts')).fuse(options, context),
  again: async (findings, saved, temporary, context) =>
    (await import('../verify/fusion.ts')).verifyFusion(findings, saved, temporary, writes, context),
  job: {
    after: ['preprocess', 'extract', 'cross_fit'],
    places: (config) => [fusionFolder(config)],
    options: ({ config, how }) => ({
      config,
      modalities: config.data.modalities,
      stack: how.crossFit !== null,
    }),
  },
  command: {
    name: 'fuse',
    summary: 'fuse modalities and fit the classifier',
    examples: ['--modalities A P', '--modalities A P --stack'],
    leaves: 'the classifier (`model.json`), its metrics with intervals and predictions',
    flags: {
      no_evaluate: toggle('do not run `radweave evaluate` afterwards'),
      stack: toggle(
        'also fit a stacked classifier on the logits of `radweave extract --modality M --cross_fit K`',
      ),
    },
    configFlags: [
      ...usual('modalities', 'missing', 'feature_dir', 'splits_dir'),
      set('output_dir', 'fusion.output_dir'),
      on('use_aligned', 'fusion.use_aligned'),
      set('C', 'fusion.C'),
      set('max_iter', 'fusion.max_iter'),
      set('random_state', 'fusion.random_state'),
      off('no_standardize', 'fusion.standardize', 'Do not standardise the features'),
      ...evaluationFlags,
      ...usual('seed'),
    ],
    options: ({ config }, { stack }) => ({
      config,
      modalities: config.data.modalities,
      stack,
    }),
    next: ({ config }, { no_evaluate }) =>
      no_evaluate ? null : { stage: evaluate, options: usualEvaluation(config), as: 'evaluation' },
  },
});

function fusedFiles(folder: string): string[] {
  return SPLITS.flatMap((split) =>
    ['npy', 'csv'].map((ending) => `${fusedFeaturesStem(folder, split)}.${ending}`),
  );
}
