import { outputFolders } from '@radweave/artifacts';
import { usual } from '../declare/config-flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { VisualizeOptions, VisualizeResult } from '../work/visualize.ts';

export const visualize = defineStage({
  name: 'visualize',
  takes: { config: take.config, modalities: take.texts, runs: take.names.optional() },
  settings: ['data.modalities', 'experiment.seed'],
  asked: ({ runs }: VisualizeOptions) => ({ runs }),
  reads: ({ config, modalities, runs = {} }) => ({
    ...read.splitRecords(config, 'cohort.csv'),
    ...read.together(modalities, (one) => ({
      ...read.featureReads(config, one),
      ...read.logitRecords(config, one),
    })),
    ...read.together(read.networksOf(config, runs), read.historyReads),
    ...read.fusionReads(config, [
      'fusion model',
      'fusion metrics',
      'train fusion predictions',
      'val fusion predictions',
      'test fusion predictions',
    ]),
    ...read.evaluatedFusionReads(config),
  }),
  writes: (_, { files }: VisualizeResult) => files,
  locks: ({ config }) => ({
    folder: outputFolders(config.experiment.output_dir).visualizations,
    as: 'radweave visualize',
  }),
  run: async (options, context) => (await import('../work/visualize.ts')).visualize(options, context),
  job: {
    after: ['preprocess', 'train', 'extract', 'cross_fit', 'fuse', 'evaluate'],
    places: ({ experiment }) => [outputFolders(experiment.output_dir).visualizations],
    options: ({ config, runs }) => ({ config, modalities: config.data.modalities, runs: { ...runs } }),
  },
  command: {
    name: 'visualize',
    summary: 'draw curves, ROC, confusion matrices and feature maps',
    examples: [''],
    leaves: 'curves, ROC, confusion matrices, PCA, t-SNE and UMAP as SVG and PNG',
    configFlags: usual('modalities', 'feature_dir', 'splits_dir', 'fusion_dir', 'output_dir', 'seed'),
    options: ({ config }) => ({ config, modalities: config.data.modalities }),
  },
});
