import { UsageError } from '@radweave/artifacts';
import { optional, whole } from '../declare/flags.ts';
import { trainedCheckpoint } from '../declare/job-part.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import type { CrossFitOptions } from '../work/cross-fit.ts';
import { extractFlags } from './extract.ts';

/** Trains networks on folds of the training patients and writes the logits of those held out. */
export const crossFit = defineStage({
  name: 'cross_fit',
  // All else is the checkpoint's, which is one of its inputs.
  settings: ['data.features_dir', 'data.resize', 'extraction.batch_size', 'training.device'],
  asked: ({ folds }: CrossFitOptions) => ({ folds }),
  reads: (options) => ({
    ...read.sliceReads(options.config, options.modality),
    ...read.checkpointReads(options.config, options),
  }),
  writes: ({ config, modality }) => read.pathsOf(read.logitReads(config, modality)),
  locks: ({ config, modality, folds }) => ({
    folder: config.data.features_dir,
    as: `radweave extract --modality ${modality} --cross_fit ${folds}`,
  }),
  run: async (options, context) => (await import('../work/cross-fit.ts')).crossFit(options, context),
  job: {
    isPerModality: true,
    options: (job, modality) => {
      const { crossFit } = job.how;
      if (crossFit === null) return null;
      return { config: job.config, modality, checkpoint: trainedCheckpoint(job, modality), folds: crossFit };
    },
  },
  command: {
    name: 'extract',
    shownAs: '`extract --cross_fit K`, `fuse --stack`; `run --cross_fit K`',
    examples: ['--modality A --cross_fit 5'],
    leaves: 'out-of-fold logits and a stacked classifier, the remedy for in-sample features',
    flags: {
      ...extractFlags,
      cross_fit: optional(
        '<K>',
        'write no features, but out-of-fold logits for `fuse --stack`, from K models trained on folds of the training patients',
      ),
    },
    options: ({ config }, { modality, model, checkpoint, align, cross_fit }) => {
      if (cross_fit === undefined) return null;
      if (align) {
        throw new UsageError('E_FLAGS', '--align is for features, and --cross_fit writes none');
      }
      return { config, modality, model, checkpoint, folds: whole('--cross_fit', cross_fit, 2) };
    },
  },
});
