import { UsageError } from '@radweave/artifacts';
import { optional } from '../declare/flags.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { ShareOptions, ShareResult } from '../work/share.ts';

/** Says what files would tell if they were handed on. */
export const share = defineStage({
  name: 'share',
  takes: { config: take.config, path: take.text, to: take.text.nullable() },
  settings: ['data.modalities'],
  asked: ({ path, to }: ShareOptions) => ({ path, to }),
  reads: ({ path }) => ({ shared: path }),
  writes: ({ to }, { pseudonyms }: ShareResult) => [to, pseudonyms].filter((path) => path !== null),
  run: async (options, context): Promise<ShareResult> =>
    (await import('../work/share.ts')).share(options, context),
  command: {
    name: 'audit',
    shownAs: '`audit --share FILE`',
    examples: [
      '--share outputs/feature_extract/report/report.html',
      '--share outputs --deidentify handed_on',
    ],
    leaves:
      'what a file or folder would tell if it were handed on: patients, places, users, computers; with `--deidentify FOLDER` a copy under pseudonyms',
    flags: {
      share: optional(
        '<file>',
        'file or folder to be handed on: search it for patient IDs, places and names, instead of searching for leaks',
      ),
      deidentify: optional(
        '<folder>',
        'with --share: write a copy there, with pseudonyms instead of IDs',
        'Output',
      ),
    },
    options: ({ config }, { share: path, deidentify = null }) => {
      if (path !== undefined) return { config, path, to: deidentify };
      if (deidentify === null) return null;
      throw new UsageError('E_DEIDENTIFY', 'no file or folder to copy is given', {
        where: '--deidentify',
        hint: 'Give it with --share FILE or --share FOLDER',
      });
    },
  },
});
