import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, defaultConfig } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { madeUpDicom, madeUpSlice } from '@radweave/importing/testing/made-up';
import type { StageName } from '../stages/index.ts';
import { ofSearch } from '../work/search.ts';

/** Height and width of its images. */
export const SIDE = 32;

/** What the steps are of: with every kind of step. */
export const HOW = { bestHparamsDir: '', explain: true, crossFit: 2 };

/** The settings of a study in a folder, of a minute. */
export function smallStudy(place: string): Config {
  const config = defaultConfig();
  Object.assign(config.data, {
    root_dir: join(place, 'raw'),
    splits_dir: join(place, 'splits'),
    features_dir: join(place, 'features'),
    image_size: SIDE,
    num_workers: 1,
  });
  Object.assign(config.model, { name: 'mobilenetv3_small_100', pretrained: false });
  Object.assign(config.training, { epochs: 1, batch_size: 16, precision: 'fp32', device: 'cpu' });
  config.evaluation.bootstrap_replicates = 100;
  config.tune.space = { 'training.learning_rate': [0.001, 0.01] };
  config.tune.folds = 2;
  config.experiment.output_dir = join(place, 'outputs');
  return config;
}

/** An export of one patient, with a table of patients. */
function exportOptions(folder: string): object {
  const root = join(folder, 'export');
  mkdirSync(root);
  writeFileSync(
    join(root, 'slice'),
    madeUpDicom(madeUpSlice({ [TAG.seriesDescription]: ['LO', 'arterial'] })),
  );
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient_id,hospital,label\nHN-1,HN,0\n');
  const [output, records, secrets] = ['imported', 'import', 'private'].map((name) => join(folder, name));
  const pixels = { window: 'soft', mr: 'zscore:3', pet: '10', size: 32, bits: 8, fit: 'pad' };
  const who = { hospital: null, label: null, table, tableColumns: [], modalities: null };
  return {
    root,
    output,
    records,
    secrets,
    ...who,
    kind: 'dicom',
    volumes: null,
    mask: null,
    keepsColour: false,
    threads: 1,
    dryRun: false,
    pixels,
  };
}

/** Options of the stages without a part in the job; `check`, `tune`, `share` and `verify` give nothing that could be out of date. */
export function othersOf(folder: string, config: Config): [name: StageName, options: object][] {
  const { modalities } = config.data;
  const model = join(folder, 'outputs', 'fusion', 'model.json');
  const input = join(folder, 'raw', 'SY', 'grade0');
  const checkpoint = join(folder, 'outputs', 'checkpoints', 'A', 'best_model.pth');
  const exported = exportOptions(folder);
  return [
    ['cross_validate', { config, modality: 'A', by: { folds: 2 }, resume: false, run: 'cv' }],
    ['train_fold', { config, modality: 'A', folds: 3, fold: 2, checkpoint }],
    ['tune_trial', { config: ofSearch(config, 'A'), modality: 'A', trial: 1, epochs: 1 }],
    ['extract_shard', { config, modality: 'A', checkpoint, align: false, shard: { number: 1, of: 2 } }],
    [
      'explain_shard',
      { config, modality: 'A', checkpoint, split: 'test', count: 1, slices: 4, shard: { number: 1, of: 2 } },
    ],
    ['preprocess_shard', { config, shard: { number: 1, of: 2 } }],
    ['align', { config, modalities }],
    ['harmonize', { config, modalities, auditOnly: false, permutations: 1 }],
    ['predict', { config, model, input, output: join(folder, 'new.csv') }],
    ['profile', { config, jobs: ['extraction'], outputDir: join(folder, 'profile') }],
    ['import', exported],
    ['import_shard', { ...exported, shard: { number: 1, of: 2 } }],
  ];
}
