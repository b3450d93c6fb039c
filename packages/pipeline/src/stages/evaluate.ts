import { type Config, evaluationFolder } from '@radweave/artifacts';
import { evaluationFlags, usual } from '../declare/config-flags.ts';
import { optional, pairs, several, toggle } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { EvaluateOptions } from '../work/evaluate.ts';

/** An evaluation of everything, whose decisions are fitted. */
export function usualEvaluation(config: Config, runs: Record<string, string> = {}): EvaluateOptions {
  const { modalities } = config.data;
  return { config, modalities, runs, frozen: null, networksOnly: false, outputDir: null };
}

const folderOf = ({ config, outputDir }: EvaluateOptions): string => outputDir ?? evaluationFolder(config);

/** Evaluates every model per patient. */
export const evaluate = defineStage({
  name: 'evaluate',
  takes: {
    config: take.config,
    modalities: take.texts,
    runs: take.names,
    frozen: take.text.nullable(),
    networksOnly: take.truth,
    outputDir: take.text.nullable(),
  },
  settings: ['data.modalities', 'evaluation.*', 'experiment.seed'],
  asked: ({ runs }: EvaluateOptions) => ({ runs }),
  reads: ({ config, runs }) => ({
    ...read.homeReads(config),
    ...read.splitRecords(config, 'cohort.csv'),
    ...read.together(read.networksOf(config, runs), read.networkReads),
    ...read.fusionReads(config),
    ...read.together(config.data.modalities, (one) => read.fusedRecords(config, one)),
  }),
  writes: (options) => [folderOf(options)],
  locks: (options) => ({ folder: folderOf(options), as: 'radweave evaluate' }),
  run: async (options, context) => (await import('../work/evaluate.ts')).evaluate(options, context),
  again: async (findings, saved, temporary, context) =>
    (await import('../verify/evaluation.ts')).verifyEvaluation(findings, saved, temporary, context),
  job: {
    after: ['preprocess', 'train', 'extract', 'cross_fit', 'fuse'],
    places: (config) => [evaluationFolder(config)],
    options: ({ config, runs }) => usualEvaluation(config, { ...runs }),
  },
  command: {
    name: 'evaluate',
    summary: 'evaluate every model per patient and hospital, with intervals and tests',
    examples: ['', '--calibration platt --threshold_rule sensitivity'],
    leaves:
      'AUC with DeLong and bootstrap intervals, calibration, decision curves, paired tests, differences between hospitals',
    flags: {
      run: several(
        '<modality=name...>',
        "run of a modality's network (default: the newest finished one on the present split)",
      ),
      frozen: optional('<folder>', 'reuse the decisions of an earlier evaluation, fit none', 'Input'),
      networks_only: toggle('evaluate the networks only, not the fusion'),
    },
    configFlags: [
      ...usual('modalities', 'splits_dir', 'feature_dir', 'fusion_dir', 'output_dir'),
      ...evaluationFlags,
      ...usual('seed'),
    ],
    options: ({ config }, { run, frozen = null, networks_only }) => ({
      ...usualEvaluation(config, pairs('--run', run, config.data.modalities)),
      frozen,
      networksOnly: networks_only,
    }),
  },
});
