import { harmonizeFolder } from '@radweave/artifacts';
import { usual } from '../declare/config-flags.ts';
import { toggle, whole, withDefault } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { HarmonizeOptions, HarmonizeResult } from '../work/harmonize.ts';

/** Harmonises the features of external hospitals and audits the site effect. */
export const harmonize = defineStage({
  name: 'harmonize',
  takes: {
    config: take.config,
    modalities: take.texts,
    auditOnly: take.truth,
    permutations: take.from(1),
  },
  settings: [
    'data.features_dir',
    'fusion.*',
    'evaluation.threshold_rule',
    'evaluation.target_sensitivity',
    'evaluation.confidence_level',
    'experiment.seed',
  ],
  asked: ({ modalities, auditOnly, permutations }: HarmonizeOptions) => ({
    modalities,
    auditOnly,
    permutations,
  }),
  reads: ({ config, modalities }) => ({
    ...read.splitRecords(config, 'cohort.csv'),
    ...read.together(modalities, (one) => ({
      ...read.featureReads(config, one),
      ...read.logitRecords(config, one),
    })),
    // Whether it is of the same features.
    ...read.fusionReads(config, ['fusion model']),
  }),
  writes: (_, { outputDir }: HarmonizeResult) => [outputDir],
  locks: ({ config }) => ({
    folder: harmonizeFolder(config),
    reads: config.data.features_dir,
    as: 'radweave harmonize',
  }),
  run: async (options, context) => (await import('../work/harmonize.ts')).harmonize(options, context),
  command: {
    name: 'harmonize',
    summary: 'measure site effects, harmonise by ComBat (secondary analysis)',
    examples: ['', '--audit_only'],
    leaves: 'reference-batch ComBat (transductive, marked so), and how well features predict the hospital',
    flags: {
      audit_only: toggle('only measure site effects: no harmonised features or predictions'),
      permutations: withDefault('<n>', 'permutations for the p-values', '99'),
    },
    configFlags: usual('modalities', 'feature_dir', 'splits_dir', 'output_dir', 'seed'),
    options: ({ config }, { audit_only, permutations }) => ({
      config,
      modalities: config.data.modalities,
      auditOnly: audit_only,
      permutations: whole('--permutations', permutations, 1),
    }),
  },
});
