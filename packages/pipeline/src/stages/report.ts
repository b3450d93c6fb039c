import { dirname } from 'node:path';
import { LANGUAGES, reportPath } from '@radweave/artifacts';
import { set, usual } from '../declare/config-flags.ts';
import { choice, optional, toggle } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { ReportOptions, ReportResult } from '../work/report.ts';

export const report = defineStage({
  name: 'report',
  takes: {
    config: take.config,
    language: take.word(...LANGUAGES),
    pdf: take.truth,
    output: take.text.nullable(),
  },
  // Those of the study it tells by what each part left.
  settings: [
    'data.splits_dir',
    'data.clinical',
    'data.features_dir',
    'data.modalities',
    'data.missing',
    'data.home_hospital',
    'fusion.output_dir',
    'experiment.seed',
    'experiment.name',
  ],
  reads: ({ config }: ReportOptions, { runs }) => ({
    ...read.summaryReads(config),
    ...read.splitRecords(config, 'cohort.csv', 'exclusions.csv', 'brightness.csv', 'clinical.csv'),
    ...read.together(config.data.modalities, (one) => ({
      ...read.featureReads(config, one),
      ...read.logitRecords(config, one),
    })),
    ...read.together(read.networksOf(config, runs), (one) => ({
      ...read.networkReads(one),
      ...read.historyReads(one),
    })),
    ...read.fusionReads(config),
    ...read.evaluationReads(config),
    // Whether the audit was of these.
    ...read.frozenReads(config),
    ...read.shownReads(config),
  }),
  writes: (_, { html }: ReportResult) => [html],
  locks: ({ config, language, output }) => ({
    folder: dirname(output ?? reportPath(config, language)),
    as: 'radweave report',
  }),
  run: async (options, context) => (await import('../work/report.ts')).report(options, context),
  job: {
    after: [
      'preprocess',
      'train',
      'extract',
      'cross_fit',
      'fuse',
      'evaluate',
      'audit',
      'explain',
      'visualize',
    ],
    places: (config) => [reportPath(config)],
    isDoneAlone: true,
    options: ({ config }) => ({ config, language: 'en' as const, pdf: false, output: null }),
  },
  command: {
    name: 'report',
    summary: 'write the report of the study as one HTML file, or PDF too',
    examples: ['', '--lang zh --pdf'],
    leaves: 'one HTML file in English or Chinese; a PDF with `--pdf` where Chromium is installed',
    flags: {
      lang: choice('<language>', 'language of the report', LANGUAGES, 'en'),
      pdf: toggle('also write it as PDF; needs Chromium, Chrome or Edge'),
      output: optional(
        '<file>',
        'HTML file to write (default: report/report.html, or report.zh.html, in the output folder)',
        'Output',
      ),
    },
    configFlags: [
      set('clinical', 'data.clinical'),
      ...usual('feature_dir', 'splits_dir', 'fusion_dir', 'output_dir', 'seed'),
    ],
    options: ({ config }, { lang, pdf, output = null }) => ({
      config,
      language: lang,
      pdf,
      output,
    }),
  },
});
