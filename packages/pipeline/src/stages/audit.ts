import { join } from 'node:path';
import { auditFolder, type Config } from '@radweave/artifacts';
import { usual } from '../declare/config-flags.ts';
import { pairs, several, toggle, whole, withDefault } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage, type Locks } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { AuditOptions, AuditResult } from '../work/audit.ts';

/** Bits up to which images count as near by default. */
const NEAR = 4;

const USUAL = { strict: false, nearDuplicateDistance: NEAR, pixels: true };

const locks = ({ config, outputDir }: AuditOptions): Locks => ({
  folder: outputDir ?? auditFolder(config),
  as: 'radweave audit',
});

const writes = (_: AuditOptions, { auditFile, textFile, alikeFile }: AuditResult): string[] => [
  auditFile,
  textFile,
  ...(alikeFile === null ? [] : [alikeFile]),
];

const dataAudit = (config: Config): string => join(auditFolder(config), 'data');

const takes: take.Takes<AuditOptions> = {
  config: take.config,
  modalities: take.texts,
  strict: take.truth,
  nearDuplicateDistance: take.from(0),
  pixels: take.truth,
  dataOnly: take.truth.optional(),
  runs: take.names.optional(),
  outputDir: take.text.nullish(),
};

/** Looks for leaks before anything is trained. */
export const auditData = defineStage({
  name: 'audit_data',
  takes,
  looksAtImages: true,
  settings: ['data.modalities'],
  asked: ({ nearDuplicateDistance }: AuditOptions) => ({ near_duplicate_distance: nearDuplicateDistance }),
  reads: ({ config, modalities }) => read.dataReads(config, modalities),
  writes,
  locks,
  run: async (options, context) =>
    (await import('../work/audit.ts')).audit({ ...options, dataOnly: true }, context),
  job: {
    after: ['preprocess'],
    recordedAs: 'audit',
    places: (config) => [dataAudit(config)],
    // A folder of its own: the audit of everything is written later and must not make this one look outdated.
    options: ({ config }) => ({
      ...USUAL,
      config,
      modalities: config.data.modalities,
      outputDir: dataAudit(config),
    }),
  },
});

/** Looks for leaks in everything that was made. */
export const audit = defineStage({
  name: 'audit',
  takes,
  looksAtImages: true,
  settings: ['data.modalities'],
  asked: ({ nearDuplicateDistance, runs }: AuditOptions) => ({
    near_duplicate_distance: nearDuplicateDistance,
    runs,
  }),
  reads: ({ config, modalities }) => ({
    ...read.dataReads(config, modalities),
    ...read.runReads(config),
    ...read.together(modalities, (one) => ({
      ...read.featureReads(config, one),
      ...read.logitRecords(config, one),
    })),
    ...read.fusionReads(config, [
      'fusion model',
      'train fusion predictions',
      'val fusion predictions',
      'test fusion predictions',
    ]),
    ...read.frozenReads(config),
  }),
  writes,
  locks,
  run: async (options, context) => (await import('../work/audit.ts')).audit(options, context),
  job: {
    after: ['preprocess', 'train', 'extract', 'cross_fit', 'fuse', 'evaluate'],
    places: (config) => [auditFolder(config)],
    options: ({ config, runs }) => ({ ...USUAL, config, modalities: config.data.modalities, runs }),
  },
  command: {
    name: 'audit',
    summary: 'search splits, images, checkpoints, features and fusion for leaks',
    examples: ['', '--no_pixels --strict'],
    leaves: 'patients, pixels, checkpoints and features that leak between sets; a leak is an error',
    flags: {
      strict: toggle('fail on warnings too, such as a file that cannot be read'),
      near_duplicate_distance: withDefault(
        '<bits>',
        'largest Hamming distance, 0 to 15, of perceptual hashes that counts as near-duplicate',
        String(NEAR),
      ),
      no_pixels: toggle('do not decode and compare the images'),
      run: several(
        '<modality=name...>',
        "run of a modality's network (default: the newest one on the present split)",
      ),
    },
    configFlags: usual(
      'modalities',
      'feature_dir',
      'root_dir',
      'splits_dir',
      'fusion_dir',
      'output_dir',
      'num_workers',
    ),
    options: ({ config }, flags) => ({
      config,
      modalities: config.data.modalities,
      strict: flags.strict,
      nearDuplicateDistance: whole('--near_duplicate_distance', flags.near_duplicate_distance, 0),
      pixels: !flags.no_pixels,
      runs: pairs('--run', flags.run, config.data.modalities),
    }),
  },
});
