import { set, usual } from '../declare/config-flags.ts';
import { optional, toggle, whole, withDefault } from '../declare/flags.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { ProfileOptions, ProfileResult } from '../work/profile.ts';

/** Measures where the time of a step goes. */
export const profile = defineStage({
  name: 'profile',
  takes: {
    config: take.config,
    jobs: take.list(take.word('training', 'extraction')),
    outputDir: take.text,
    depth: take.from(1).optional(),
  },
  looksAtImages: true,
  settings: [
    'model.*',
    'training.*',
    'augmentation.*',
    'data.image_size',
    'extraction.batch_size',
    'experiment.seed',
  ],
  asked: ({ jobs, depth }: ProfileOptions) => ({ jobs, depth }),
  reads: () => ({}),
  writes: (_, { report, jobs }: ProfileResult) => [report, ...jobs.map(({ trace }) => trace)],
  locks: ({ outputDir }) => ({ folder: outputDir, as: 'radweave profile' }),
  run: async (options, context) => (await import('../work/profile.ts')).profile(options, context),
  command: {
    name: 'profile',
    summary: 'measure where the time of training and extraction goes',
    examples: ['--model resnet18 --batch_size 32', '--extract --device cpu --top 10'],
    leaves: '`outputs/profile/`: `profile.json` and Chrome traces',
    flags: {
      training: toggle('only a training step'),
      extract: toggle('only an extraction batch'),
      output_dir: withDefault('<folder>', 'folder of profile.json and traces', 'outputs/profile', 'Output'),
      top: withDefault('<number>', 'rows to print per table; profile.json has all', '15'),
      depth: optional('<number>', 'merge modules below this depth'),
    },
    configFlags: [
      set('model', 'model.name'),
      set('freeze_stages', 'model.freeze_stages'),
      set('batch_size', 'training.batch_size'),
      set('image_size', 'data.image_size'),
      ...usual('no_augment', 'precision', 'device', 'seed'),
    ],
    options: ({ config, given }, flags) => {
      whole('--top', flags.top, 1);
      // One batch size means both jobs, unless extraction's own was set.
      if (given.includes('training.batch_size') && !given.includes('extraction.batch_size')) {
        config.extraction.batch_size = config.training.batch_size;
      }
      const both = flags.training === flags.extract;
      return {
        config,
        jobs: [
          ...(both || flags.training ? (['training'] as const) : []),
          ...(both || flags.extract ? (['extraction'] as const) : []),
        ],
        outputDir: flags.output_dir,
        depth: flags.depth === undefined ? undefined : whole('--depth', flags.depth, 1),
      };
    },
  },
});
