// A study as small as one can be, and the commands that a campaign runs in it, in their order.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TAG } from '../../packages/importing/dist/dicom/tags.js';
import { madeUpDicom, madeUpSlice } from '../../packages/importing/dist/testing/made-up.js';
import { readNativeRecord } from '../../packages/native/dist/setup/index.js';
import { writeCohortFolders } from '../../packages/study/dist/testing/cohort.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const COMMAND = join(ROOT, 'apps', 'cli', 'bin', 'radweave.mjs');

export const CONFIG = `data:
  root_dir: raw
  image_size: 32
  home_hospital: JM
  num_workers: 1
model:
  name: mobilenetv3_small_100
  pretrained: false
training:
  epochs: 1
  batch_size: 8
  precision: fp32
evaluation:
  bootstrap_replicates: 100
experiment:
  output_dir: outputs
`;

/** Trains in `run_{modality}`; killed after it has begun, it is continued by `--resume`. */
const train = (modality) => ({
  args: ['train', '--modality', modality, '--exp_name', `run_${modality}`],
  resume: ['--resume'],
});

/** A command by two shares and their merging: the second share is as the first. Nothing else needs them. */
const shared = (name, args) =>
  [
    { name: `${name} share`, args: [...args, '--shard', '1/2'] },
    { name: `${name} share 2`, args: [...args, '--shard', '2/2'], isGiven: true },
    { name: `${name} merge`, args: [...args, '--shard', 'merge'] },
  ].map((stage) => ({ ...stage, sharesOf: name }));

/** The commands in their order: each needs what those before it, but for shares, have made. Those that are `given` are not hurt. */
export const STAGES = [
  {
    name: 'import',
    args: ['import', 'dicom', 'dicom', '--table', 'patients.csv', '--size', '32', '--output', 'imported'],
  },
  { name: 'weights', args: ['models', 'fetch', 'resnet18'] },
  { name: 'setup', args: ['setup'] },
  { name: 'preprocess', args: ['preprocess'] },
  ...shared('preprocess', ['preprocess']),
  // Over results that are there, with other settings: as those below whose names end so.
  { name: 'preprocess again', args: ['preprocess', '--seed', '7'] },
  { name: 'train', ...train('A') },
  { name: 'train P', ...train('P'), isGiven: true },
  { name: 'extract', args: ['extract', '--modality', 'A'] },
  ...shared('extract', ['extract', '--modality', 'A']),
  { name: 'extract P', args: ['extract', '--modality', 'P'], isGiven: true },
  { name: 'align', args: ['align'] },
  { name: 'fuse', args: ['fuse', '--no_evaluate'] },
  { name: 'fuse again', args: ['fuse', '--no_evaluate', '--C', '0.1'] },
  { name: 'evaluate', args: ['evaluate'] },
  { name: 'explain', args: ['explain', '--modality', 'A', '--count', '1', '--slices', '2'] },
  { name: 'visualize', args: ['visualize'] },
  { name: 'report', args: ['report'] },
  { name: 'evaluate again', args: ['evaluate', '--threshold_rule', 'fixed'] },
  { name: 'extract again', args: ['extract', '--modality', 'A', '--slice_index'] },
];

/** Makes the files that a study begins with. */
export function makeStudy(folder) {
  mkdirSync(join(folder, 'dicom'), { recursive: true });
  // Hospitals of as many as `harmonize` compares.
  writeCohortFolders(join(folder, 'raw'), 3, 2, 3);
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'config', 'default_config.yaml'), CONFIG);
  // Names of patients and the keys of hashes are drawn by lot where there are none.
  writeFileSync(join(folder, 'patients.csv'), 'patient_id,hospital,label,pseudonym\nHN-1,HN,1,HN-7\n');
  for (const path of [
    join('import-private', 'uid_key.txt'),
    join('data', 'study-private', 'study_key.txt'),
  ]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), `${'0123456789abcdef'.repeat(4)}\n`, { mode: 0o600 });
  }
  for (const [series, description] of ['arterial', 'portal'].entries()) {
    for (let i = 0; i < 2; i++) {
      const uid = `1.2.${series}`;
      const slice = madeUpSlice({
        [TAG.sopInstance]: ['UI', `${uid}.${i}`],
        [TAG.seriesUid]: ['UI', uid],
        [TAG.seriesDescription]: ['LO', description],
        [TAG.position]: ['DS', [0, 0, 5 * i]],
      });
      writeFileSync(join(folder, 'dicom', `${description}${i}`), madeUpDicom(slice));
    }
  }
  engineInto(join(folder, 'cache'));
}

/** The engine that set-up has made for this user, without the records that name it. */
function engineInto(cache) {
  const record = readNativeRecord();
  if (record === null) throw new Error('the engine has not been set up: npm run setup');
  const made = dirname(record.addon);
  cpSync(made, join(cache, 'native', basename(made)), { recursive: true, verbatimSymlinks: true });
}

/** The program, its arguments and environment of a command in a study. */
export function commandOf({ name, args }, folder, hub) {
  const own = name === 'setup' ? { RADWEAVE_CACHE: join(folder, 'cache') } : {};
  return {
    program: process.execPath,
    args: [COMMAND, ...args],
    options: {
      cwd: folder,
      env: {
        ...process.env,
        ...own,
        HF_ENDPOINT: hub,
        HF_HOME: join(folder, 'hub'),
        HF_HUB_OFFLINE: '',
        TMPDIR: join(folder, '..', 'tmp'),
      },
    },
  };
}
