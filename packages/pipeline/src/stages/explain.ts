import { join } from 'node:path';
import {
  type Config,
  explanationsFolder,
  folderName,
  inShell,
  outputFolders,
  readSplit,
  SPLITS,
  type Split,
  splitPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { requireSplit } from '@radweave/study/cohort/split-folder';
import { set, usual } from '../declare/config-flags.ts';
import { oneOf, optional, required, several, whole, withDefault } from '../declare/flags.ts';
import { trainedCheckpoint } from '../declare/job-part.ts';
import * as read from '../declare/reads.ts';
import { sliceFiles, takenReads } from '../declare/shard-reads.ts';
import { shardStage } from '../declare/shards.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { ExplainOptions } from '../work/explain.ts';

/** What is shown by default: so many patients of each kind and hospital, and the most slices in a montage. */
const USUAL = { count: 3, slices: 12 } as const;

/** Heat maps over slices of patients, by the decisions that the evaluation froze for the network. */
export const explain = defineStage({
  name: 'explain',
  takes: {
    config: take.config,
    modality: take.text,
    checkpoint: take.text.optional(),
    split: take.word(...SPLITS),
    patients: take.texts.optional(),
    count: take.from(1),
    explainedClass: take.text.optional(),
    slices: take.from(1),
  },
  looksAtImages: true,
  settings: [
    'data.resize',
    'extraction.batch_size',
    'training.device',
    'training.deterministic',
    'experiment.seed',
    'explanation.*',
  ],
  asked: ({ split, count, slices, patients, explainedClass }: ExplainOptions) => ({
    split,
    ...(patients === undefined ? {} : { patients }),
    ...(explainedClass === undefined ? {} : { class: explainedClass }),
    count,
    slices,
  }),
  reads: (options) => ({
    ...read.sliceReads(options.config, options.modality, [options.split]),
    ...read.checkpointReads(options),
    ...read.decisionReads(options.config, options.modality),
  }),
  writes: ({ config, modality }) => [explanationsFolder(config.experiment.output_dir, modality)],
  locks: ({ config, modality }) => ({
    folder: outputFolders(config.experiment.output_dir).explanations,
    flag: '--set experiment.output_dir=FOLDER',
    as: `radweave explain --modality ${inShell(modality)}`,
  }),
  run: async (options, context) => (await import('../work/explain.ts')).explain(options, context),
  job: {
    after: ['preprocess', 'train', 'evaluate'],
    isPerModality: true,
    isWanted: ({ explain }) => explain,
    places: ({ experiment }, modality) => [explanationsFolder(experiment.output_dir, modality)],
    options: (job, modality) => {
      const { config } = job;
      const split = shownSplit(config.data, modality);
      const checkpoint = trainedCheckpoint(job, modality);
      return { config, modality, checkpoint, split, ...USUAL };
    },
  },
  command: {
    name: 'explain',
    summary: 'draw Grad-CAM or HiResCAM maps of clear and borderline cases, right and wrong',
    examples: [
      '--modality A',
      '--modality A --patients SY001 SY002',
      '--modality A --layer layer3 --method hirescam',
    ],
    leaves: 'heat maps (Grad-CAM or HiResCAM) over the slices of patients, and a randomisation check',
    flags: {
      modality: required('<name>', 'modality whose network to explain'),
      checkpoint: optional(
        '<file>',
        'checkpoint (default: the best of the newest run on the present split)',
        'Input',
      ),
      split: oneOf(
        '<name>',
        'set of the patients (default: test; val where no patient is external)',
        SPLITS,
        'Input',
      ),
      patients: several('<ids...>', 'explain only these patients'),
      count: withDefault(
        '<number>',
        'number of patients per group (clear or borderline, right or wrong) and hospital',
        String(USUAL.count),
      ),
      slices: withDefault('<number>', 'maximum slices per montage, evenly spaced', String(USUAL.slices)),
      class: optional(
        '<label>',
        'label to explain, or its name (default: 1; with more than two labels the predicted one)',
      ),
    },
    configFlags: [
      ...usual('root_dir', 'splits_dir', 'output_dir'),
      set('method', 'explanation.method'),
      set('layer', 'explanation.layer'),
      set('batch_size', 'extraction.batch_size'),
      ...usual('device', 'resize', 'num_workers', 'seed'),
    ],
    options: ({ config }, flags) => ({
      config,
      modality: flags.modality,
      checkpoint: flags.checkpoint,
      split: flags.split ?? shownSplit(config.data, flags.modality),
      patients: flags.patients,
      count: whole('--count', flags.count, 1),
      slices: whole('--slices', flags.slices, 1),
      explainedClass: flags.class,
    }),
  },
});

/** The montages of a share of the patients, or all parts together. */
export const explainShard = shardStage('explain_shard', explain, {
  examples: ['--modality A --shard 1/4', '--modality A --shard merge'],
  folder: ({ config, modality }) =>
    join(
      outputFolders(config.experiment.output_dir).explanations,
      '.shards',
      folderName('modality', modality),
    ),
  alike: (options) => ({
    ...read.presentReads(options.config, options.modality),
    ...takenReads(options),
    ...read.decisionReads(options.config, options.modality),
  }),
  files: ({ config, modality, split }) => sliceFiles(config, modality, [split]),
  part: async (options, shard, into, context) =>
    (await import('../work/explain-shards.ts')).explainPart(options, shard, into, context),
  merge: async (options, parts, context) =>
    (await import('../work/explain-shards.ts')).mergeExplanations(options, parts, context),
});

/** A paper shows patients of other hospitals; with one hospital only, those of validation. */
export function shownSplit(data: Config['data'], modality: string): Split {
  requireSplit(data.splits_dir, [modality]);
  const test = splitPath(data.splits_dir, 'test', modality);
  const hasPatients = existsSync(test) && readSplit(test, { rootDir: data.root_dir ?? undefined }).length > 0;
  return hasPatients ? 'test' : 'val';
}
