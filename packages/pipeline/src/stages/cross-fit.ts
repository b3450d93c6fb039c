import { inShell, logitsRecordPath, UsageError } from '@radweave/artifacts';
import { optional, whole } from '../declare/flags.ts';
import { trainedCheckpoint } from '../declare/job-part.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { CrossFitOptions, FoldOptions } from '../work/cross-fit.ts';
import { extractFlags } from './extract.ts';

/** All else is the checkpoint's, which is one of its inputs. */
const settings = ['data.features_dir', 'data.resize', 'extraction.batch_size', 'training.device'] as const;

const reads = (options: CrossFitOptions): read.Reads => ({
  ...read.sliceReads(options.config, options.modality),
  ...read.checkpointReads(options),
});

const takes: take.Takes<CrossFitOptions> = {
  config: take.config,
  modality: take.text,
  model: take.text.optional(),
  checkpoint: take.text.optional(),
  folds: take.from(2),
};

/** Trains the network of one fold ahead of `cross_fit`: it is on record as a run, and `cross_fit` finds it finished. */
export const trainFold = defineStage({
  name: 'train_fold',
  takes: { ...takes, fold: take.from(1) },
  looksAtImages: true,
  settings,
  asked: ({ folds, fold }: FoldOptions) => ({ folds, fold }),
  reads: (options: FoldOptions) => reads(options),
  writes: (_, { best }: { best: string }) => [best],
  run: async (options, context) => (await import('../work/cross-fit.ts')).trainFold(options, context),
});

/** Trains networks on folds of the training patients and writes the logits of those held out. */
export const crossFit = defineStage({
  name: 'cross_fit',
  takes,
  looksAtImages: true,
  settings,
  asked: ({ folds }: CrossFitOptions) => ({ folds }),
  reads,
  writes: ({ config, modality }) => read.pathsOf(read.logitReads(config, modality)),
  locks: ({ config, modality, folds }) => ({
    folder: config.data.features_dir,
    as: `radweave extract --modality ${inShell(modality)} --cross_fit ${folds}`,
  }),
  run: async (options, context) => (await import('../work/cross-fit.ts')).crossFit(options, context),
  job: {
    after: ['preprocess', 'train'],
    isPerModality: true,
    isWanted: ({ crossFit }) => crossFit !== null,
    places: ({ data }, modality) => [logitsRecordPath(data.features_dir, modality)],
    parts: {
      stage: 'train_fold',
      count: ({ crossFit }) => crossFit ?? 0,
      options: (whole, fold): FoldOptions => ({ ...whole, fold }),
    },
    options: (job, modality) => ({
      config: job.config,
      modality,
      checkpoint: trainedCheckpoint(job, modality),
      folds: job.how.crossFit ?? 0,
    }),
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
    options: ({ config }, { modality, model, checkpoint, align, cross_fit, shard }) => {
      if (cross_fit === undefined) return null;
      if (shard !== undefined) {
        throw new UsageError('E_FLAGS', '--cross_fit cannot be combined with --shard', {
          hint: 'To train the folds on several machines, use radweave plan --cross_fit K and radweave work',
        });
      }
      if (align) {
        throw new UsageError('E_FLAGS', '--align is for features, and --cross_fit writes none');
      }
      return { config, modality, model, checkpoint, folds: whole('--cross_fit', cross_fit, 2) };
    },
  },
});
