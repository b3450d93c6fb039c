import { existsSync } from '@radweave/artifacts/files';
import { set, usual } from '../declare/config-flags.ts';
import { several } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { SearchOptions } from '../work/search.ts';
import type { TrialOptions, TrialOutcome } from '../work/tune-trial.ts';
import { train } from './train.ts';

/** Training patients alone. */
const reads = ({ config, modality }: SearchOptions): read.Reads => {
  const { weights } = config.model;
  return {
    ...read.sliceReads(config, modality, ['train']),
    ...(weights !== null && existsSync(weights) ? { 'initial weights': weights } : {}),
  };
};

/** Draws the trials of a search of settings and looks at what can be refused; workers do the trials. */
export const tune = defineStage({
  name: 'tune',
  takes: { config: take.config, modality: take.text },
  looksAtImages: true,
  settings: [...train.settings, 'tune.*'],
  reads: (options: SearchOptions) => reads(options),
  writes: () => [],
  run: async (options, context) => (await import('../work/tune.ts')).tune(options, context),
  command: {
    name: 'tune',
    summary: 'search settings of training on folds of the training patients',
    examples: [
      '--config config/default_config.yaml --trials 20',
      '--modality A --strategy random --devices cuda:0 cuda:1',
    ],
    leaves:
      'trials of a declared space of settings (`tune:`), scored on folds of the training patients: `tune/MODALITY/` with a table and the best settings as a configuration',
    flags: {
      modality: several('<names...>', 'modalities whose networks are tuned, one search each (default: all)'),
    },
    configFlags: [
      set('trials', 'tune.trials'),
      set('strategy', 'tune.strategy'),
      set('folds', 'tune.folds'),
      set('epochs', 'training.epochs'),
      set('model', 'model.name'),
      ...usual('precision', 'device', 'splits_dir', 'num_workers', 'output_dir', 'seed'),
    ],
    // The command draws a search for each modality; a script names the one of its search.
    options: ({ config }, { modality }) => ({ config, modality: String(modality ?? '') }),
  },
});

/** Trains a trial of a search further, and scores it. */
export const tuneTrial = defineStage({
  name: 'tune_trial',
  takes: { config: take.config, modality: take.text, trial: take.from(1), epochs: take.from(1) },
  looksAtImages: true,
  settings: [...train.settings, 'tune.space', 'tune.trials', 'tune.folds', 'tune.seed'],
  asked: ({ trial, epochs }: TrialOptions) => ({ trial, epochs }),
  reads: (options: TrialOptions) => reads(options),
  writes: (_, { result }: TrialOutcome) => [result],
  run: async (options, context) => (await import('../work/tune-trial.ts')).tuneTrial(options, context),
});
