import { alignedFolder, SPLITS } from '@radweave/artifacts';
import { usual } from '../declare/config-flags.ts';
import { optional } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { AlignOptions } from '../work/align.ts';

const folderOf = ({ config, outputDir }: AlignOptions): string => outputDir ?? config.data.features_dir;

/** Puts the patients of every modality into one order. */
export const align = defineStage({
  name: 'align',
  takes: { config: take.config, modalities: take.texts, outputDir: take.text.nullish() },
  settings: ['data.features_dir'],
  asked: ({ modalities }: AlignOptions) => ({ modalities }),
  reads: ({ config, modalities }) => ({
    ...read.splitRecords(config, 'cohort.csv'),
    ...read.together(modalities, (one) => read.featureReads(config, one)),
  }),
  writes: (options) => SPLITS.map((split) => alignedFolder(folderOf(options), split)),
  locks: (options) => ({
    folder: folderOf(options),
    flag: '--set data.features_dir=FOLDER',
    reads: options.config.data.features_dir,
    as: 'radweave align',
  }),
  run: async (options, context) => (await import('../work/align.ts')).align(options, context),
  command: {
    name: 'align',
    summary: "align the modalities' features by patient",
    examples: [''],
    leaves: 'tables of the patients who have every modality, and of those who do not',
    flags: {
      output_dir: optional(
        '<folder>',
        'folder of the aligned tables (default: that of the features)',
        'Output',
      ),
    },
    configFlags: usual('modalities', 'feature_dir', 'splits_dir'),
    options: ({ config }, { output_dir: outputDir = null }) => ({
      config,
      modalities: config.data.modalities,
      outputDir,
    }),
  },
});
