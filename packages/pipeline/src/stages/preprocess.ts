import { join } from 'node:path';
import { SPLIT_SETTINGS } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { on, set, usual } from '../declare/config-flags.ts';
import * as read from '../declare/reads.ts';
import { rawFiles } from '../declare/shard-reads.ts';
import { shardStage } from '../declare/shards.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { PreprocessOptions } from '../work/preprocess.ts';

const writes = ({ config }: PreprocessOptions): string[] =>
  read.pathsOf({
    ...read.together(config.data.modalities, (one) => read.splitReads(config, one)),
    ...read.splitRecords(
      config,
      'cohort.csv',
      'summary.json',
      'exclusions.csv',
      'brightness.csv',
      'clinical.csv',
    ),
  });

/** Divides the patients of the raw folders. */
export const preprocess = defineStage({
  name: 'preprocess',
  takes: { config: take.config },
  looksAtImages: true,
  settings: ['data.root_dir', 'data.splits_dir', ...SPLIT_SETTINGS],
  reads: ({ config }: PreprocessOptions, { hashes }) => read.rawReads(config, hashes),
  writes,
  open: async (options, context) => (await import('../work/find-cohort.ts')).findCohort(options, context),
  locks: ({ config }) => ({ folder: config.data.splits_dir, as: 'radweave preprocess' }),
  run: async (options, context, found) =>
    (await import('../work/preprocess.ts')).preprocess(options, found, context),
  again: async (findings, saved, temporary, context) =>
    (await import('../verify/split.ts')).verifySplit(findings, saved, temporary, writes, context),
  job: {
    after: [],
    places: ({ data }) => [data.splits_dir],
    options: ({ config }) => ({ config }),
  },
  command: {
    name: 'preprocess',
    summary: 'scan raw folders, check every image, split patients',
    examples: [
      '--root_dir /data/Grade --home_hospital JM',
      '--root_dir /data/Grade --table patients.xlsx',
      '--root_dir /data/Grade --missing allow',
    ],
    leaves: 'who is in which set, who was left out and why, how gray values differ between hospitals',
    configFlags: [
      ...usual('root_dir', 'table', 'table_columns', 'modalities', 'missing', 'labels'),
      set('output_dir', 'data.splits_dir'),
      set('train_ratio', 'data.train_ratio'),
      set('home_hospital', 'data.home_hospital'),
      set('image_size', 'data.image_size'),
      set('log_dir', 'preprocess.log_dir'),
      on('relative_paths', 'preprocess.relative_paths'),
      on('skip_unreadable', 'preprocess.skip_unreadable'),
      on('exclude_conflicts', 'preprocess.exclude_conflicts'),
      ...usual('resize', 'num_workers', 'seed'),
    ],
    options: ({ config }) => ({ config }),
  },
});

/** Checks a share of the images, or divides the patients by what all parts have found. */
export const preprocessShard = shardStage('preprocess_shard', preprocess, {
  examples: ['--root_dir /data/Grade --shard 1/4', '--root_dir /data/Grade --shard merge'],
  folder: ({ config }) => join(config.data.splits_dir, '.shards'),
  // Which images, and whether they have changed, a part says of each of them.
  alike: ({ config: { data } }) =>
    data.table === null || !existsSync(data.table) ? {} : { table: data.table },
  files: ({ config }) => rawFiles(config),
  part: async (options, shard, into, context) =>
    (await import('../work/preprocess-shards.ts')).preprocessPart(options, shard, into, context),
  merge: async (options, parts, context) =>
    (await import('../work/preprocess-shards.ts')).mergePreprocessed(options, parts, context),
});
