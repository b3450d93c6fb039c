import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  type Config,
  type ConfigKeyPath,
  defaultConfig,
  describeConfig,
  FileHashes,
  harmonizeFiles,
  harmonizeFolder,
  outputFolders,
  parseSlicePath,
  readManifest,
  readSplit,
  settingKeys,
  splitPath,
} from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { STAGES } from '../stages/index.ts';
import { fakeRunner } from './fake-stages.test.data.ts';
import { Job, type Runner } from './job.ts';
import { renewRecord } from './run-pipeline.ts';
import {
  configIn,
  evaluated,
  explained,
  fromTraining,
  HOW,
  networks,
  ranOnce,
  shown,
  steps,
} from './run-steps.test.data.ts';
import { WITHOUT_EFFECT } from './stage-settings.ts';
import { stepsOf } from './steps.ts';

const copied = ranOnce();

const data = ['preprocess', 'audit-data'];
const everything = stepsOf(defaultConfig(), HOW).map(({ name }) => name);

/** One setting of each section, and each that changes no result; the steps that must run. */
const SETTINGS: [key: ConfigKeyPath, value: unknown, expected: string[]][] = [
  ['data.train_ratio', 0.6, everything],
  ['data.resize', true, ['preprocess', ...fromTraining]],
  ['data.num_workers', 2, []],
  ['preprocess.relative_paths', true, ['preprocess']],
  ['preprocess.log_dir', 'elsewhere', []],
  ['model.name', 'resnet34', fromTraining],
  ['training.learning_rate', 0.5, fromTraining],
  ['training.epochs', 3, fromTraining],
  ['training.loss_type', 'focal', fromTraining],
  ['training.precision', 'bf16', fromTraining],
  // No test machine has a GPU that this process sees.
  ['training.device', 'auto', []],
  ['augmentation.enabled', false, fromTraining],
  ['extraction.batch_size', 3, ['extract-A', 'extract-P', ...evaluated, ...explained, ...shown]],
  ['fusion.C', 2, ['fuse', 'evaluate', 'audit', ...shown]],
  ['evaluation.threshold_rule', 'fixed', ['fuse', 'evaluate', 'audit', ...explained, ...shown]],
  ['evaluation.bootstrap_replicates', 300, ['evaluate', 'report']],
  ['explanation.method', 'hirescam', [...explained, 'report']],
  ['explanation.layer', 'layer3', [...explained, 'report']],
  ['experiment.seed', 7, everything],
  ['experiment.name', 'study', ['report']],
  ['experiment.save_best_only', false, []],
  ['experiment.save_last', false, []],
  ['experiment.log_interval', 1, []],
];

test.each(SETTINGS)('%s = %s makes exactly what it reaches run again', async (key, value, expected) => {
  const { config } = copied();
  const [section = '', name = ''] = key.split('.');
  Object.assign(Object(config)[section], { [name]: value });
  expect(await steps(config)).toEqual(expected);
  expect(await steps(config)).toEqual([]);
});

test('every setting belongs to a step, or is said to change no result', () => {
  const counted = settingKeys(STAGES.flatMap(({ settings }) => settings));
  const all = describeConfig().map(({ path }) => path);
  expect([...new Set([...counted, ...WITHOUT_EFFECT])].sort()).toEqual([...all].sort());
});

test('a clock that has gone back makes nothing run again, and hides no change', async () => {
  const { folder, config } = copied();
  const later = new Date('2100-01-01');
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    utimesSync(join(folder, path), later, later);
  }
  expect(await steps(config)).toEqual([]);
  config.fusion.C = 2;
  expect(await steps(config)).toEqual(['fuse', ...evaluated.slice(1), ...shown]);
  const [image = ''] = imagesOf(config);
  writeFileSync(image, commented(readFileSync(image)));
  expect(await steps(config)).toContain('preprocess');
  expect(await steps(config)).toEqual([]);
});

/** The images of a set below the data root; the split files of a copy still list those of the original. */
const imagesOf = ({ data }: Config): string[] =>
  readSplit(splitPath(data.splits_dir, 'test', 'A')).map(({ path }) =>
    join(data.root_dir ?? '', ...(parseSlicePath(path)?.tail ?? [])),
  );

/** The same pixels in another file: a text chunk after the header. */
function commented(png: Buffer): Buffer {
  const afterHeader = 8 + 25;
  const chunk = Buffer.from('0000000374455874610062dc49a23b', 'hex');
  return Buffer.concat([png.subarray(0, afterHeader), chunk, png.subarray(afterHeader)]);
}

const append = (...path: string[]): void => appendFileSync(join(...path), ' ');

/** One file of each kind, changed; the steps that must run. */
const FILES: [what: string, change: (folder: string, config: Config) => void, expected: string[]][] = [
  ['nothing, in a copy of all', () => undefined, []],
  [
    'two images exchanged, of equal times',
    (_, config) => {
      const [first = '', second = ''] = imagesOf(config);
      const [one, two] = [readFileSync(first), readFileSync(second)];
      writeFileSync(first, two);
      writeFileSync(second, one);
      for (const path of [first, second]) utimesSync(path, 1, 1);
    },
    [...data, 'train-A', 'extract-A', ...evaluated, 'explain-A', ...shown],
  ],
  [
    'an image encoded otherwise',
    (_, config) => {
      const [first = ''] = imagesOf(config);
      writeFileSync(first, commented(readFileSync(first)));
    },
    ['preprocess'],
  ],
  [
    'an image of a modality that is not looked at',
    (_, config) => {
      const [first = ''] = imagesOf(config);
      mkdirSync(join(first, '..', '..', 'T1'));
      cpSync(first, join(first, '..', '..', 'T1', 'a.png'));
    },
    // The summary counts the folder.
    ['preprocess', 'report'],
  ],
  [
    'what a file manager leaves',
    (folder) => {
      for (const place of ['raw', 'features/train/A', 'outputs/evaluation']) {
        writeFileSync(join(folder, place, '.DS_Store'), '');
        writeFileSync(join(folder, place, 'Thumbs.db'), '');
      }
    },
    [],
  ],
  ['a split file', (folder) => append(folder, 'splits', 'val_P.csv'), ['preprocess']],
  ['the summary', (folder) => append(folder, 'splits', 'summary.json'), ['preprocess']],
  [
    'the slice predictions of A',
    (folder) => append(logsOf(folder, 'A'), 'slice_predictions_val.csv'),
    ['train-A'],
  ],
  ['a feature array', (folder) => append(folder, 'features', 'val', 'A', 'grade0', 'a.npy'), ['extract-A']],
  ['a feature table', (folder) => append(folder, 'features', 'test', 'features_P.csv'), ['extract-P']],
  ['fused predictions', (folder) => append(folder, 'outputs', 'fusion', 'predictions_test.csv'), ['fuse']],
  ['the evaluation', (folder) => append(folder, 'outputs', 'evaluation', 'evaluation.json'), ['evaluate']],
  [
    'a frozen decision',
    (folder) => append(folder, 'outputs', 'evaluation', 'frozen', 'network_A.threshold.json'),
    ['evaluate'],
  ],
  ['the audit', (folder) => append(folder, 'outputs', 'audit', 'audit.txt'), ['audit']],
  [
    'an explanation',
    (folder) => append(folder, 'outputs', 'explanations', 'P', 'explanations.json'),
    ['explain-P'],
  ],
  ['a figure', (folder) => rmSync(join(folder, 'outputs', 'visualizations', 'maps.svg')), ['visualize']],
  ['the report', (folder) => rmSync(join(folder, 'outputs', 'report'), { recursive: true }), ['report']],
  [
    'a site audit that somebody made',
    (folder) => {
      mkdirSync(join(folder, 'outputs', 'harmonize'));
      writeFileSync(join(folder, 'outputs', 'harmonize', 'harmonize.json'), '{}');
    },
    ['report'],
  ],
  ['a damaged record of a step', (folder) => writeFileSync(recordOf(folder, 'fuse'), '{"for'), ['fuse']],
  ['no record of a step: it was killed', (folder) => rmSync(recordOf(folder, 'train-A')), ['train-A']],
  [
    'a damaged memory of hashes',
    (folder) => writeFileSync(join(folder, 'outputs', 'run', '.radweave-hashes'), 'x'),
    [],
  ],
];

const recordOf = (folder: string, step: string): string => join(folder, 'outputs', 'run', `${step}.json`);

function logsOf(folder: string, modality: string): string {
  const logs = join(folder, 'outputs', 'logs');
  return join(logs, readdirSync(logs).find((name) => name.includes(`_${modality}_`)) ?? '');
}

test.each(FILES)('%s: exactly what it reaches runs again', async (_, change, expected) => {
  const { folder, config } = copied();
  change(folder, config);
  expect(await steps(config)).toEqual(expected);
  expect(await steps(config)).toEqual([]);
});

test('without explanations the montages that are there still are what the report shows', async () => {
  const { config } = copied();
  const how = { ...HOW, explain: false };
  expect(await steps(config, how)).toEqual([]);
  config.training.learning_rate = 0.5;
  expect(await steps(config, how)).toEqual([...networks, ...evaluated, ...shown]);
});

test('what was settled for auto counts, not the word', async () => {
  const { folder, config } = copied();
  mkdirSync(join(folder, 'outputs', 'precision'));
  const settled = { format: 1, model: 'resnet18', precision: 'bf16', reason: '', device: 'cpu' };
  const record = JSON.stringify({ ...settled, decided: '2026-01-01T00:00:00.000Z' });
  for (const name of ['resnet18', 'resnet18-extract']) {
    writeFileSync(join(folder, 'outputs', 'precision', `${name}.json`), record);
  }
  config.training.precision = 'bf16';
  await steps(config);
  config.training.precision = 'auto';
  expect(await steps(config)).toEqual([]);
  config.training.precision = 'fp32';
  expect(await steps(config)).toEqual(fromTraining);
});

test('what a step warned of is said again when it is skipped', async () => {
  const { folder, config } = copied();
  // The only external hospitals lose a modality, which the record of an earlier run must tell too.
  for (const hospital of ['SY', 'ZS']) {
    for (const place of modalityFolders(join(folder, 'raw', hospital), 'P')) renameSync(place, `${place}1`);
  }
  const warned: string[][] = [];
  const listening = (): Runner => {
    const own: string[] = [];
    warned.push(own);
    const run: Runner['run'] = (stage, options, onWarning) =>
      fakeRunner.run(stage, options, (text) => {
        own.push(text);
        onWarning(text);
      });
    return { ...fakeRunner, run, warn: (text) => own.push(text) };
  };
  expect(await steps(config, HOW, listening())).toContain('preprocess');
  expect(await steps(config, HOW, listening())).toEqual([]);
  expect(warned[0]).toContainEqual(expect.stringMatching(/^SY: 8 of 8 patients lack P.*'P1'/));
  expect(warned[0]).toContain('No patient of SY, ZS can be used: the external test set is empty');
  expect(warned[1]).toEqual(warned[0]);
});

/** Every folder of a modality below a hospital's. */
function modalityFolders(hospital: string, modality: string): string[] {
  return readdirSync(hospital, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === modality)
    .map((path) => join(hospital, path));
}

test('a report that was made again by itself is the recorded one, and no other page is', async () => {
  const { config } = copied();
  const { report, manifests } = outputFolders(config.experiment.output_dir);
  const [html, record] = [join(report, 'report.html'), join(manifests, 'report.json')];
  const site = harmonizeFiles(harmonizeFolder(config)).siteAuditRecord;
  const before = readManifest(record);
  for (const path of [site, html]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'made again');
  }
  await renewRecord('report', config, [join(report, 'report.zh.html')], [], fakeRunner);
  expect(readManifest(record)).toEqual(before);
  await renewRecord('report', config, [html], ['told'], fakeRunner);
  const after = readManifest(record);
  expect(after.outputs[0]?.sha256).toBe(new FileHashes().fingerprint(html).sha256);
  expect(after.settings).toEqual(before.settings);
  const named = (one: typeof before): string[] => one.inputs.map(({ name }) => name);
  expect(named(after)).toEqual([...named(before), 'table of the site audit']);
  expect(await steps(config)).toEqual([]);
});

test('a run that is killed at any step is finished by the same command', async () => {
  const whole = copied();
  const names = await steps({ ...whole.config, experiment: { ...whole.config.experiment, seed: 9 } });
  for (let last = 0; last < names.length; last++) {
    const { config } = copied();
    config.experiment.seed = 9;
    let left = last;
    const killed: Runner = {
      ...fakeRunner,
      run: (stage, options, onWarning) => {
        if (stage !== 'check' && left-- === 0) throw new Error('killed');
        return fakeRunner.run(stage, options, onWarning);
      },
    };
    await expect(steps(config, HOW, killed)).rejects.toThrow('killed');
    expect(await steps(config)).toEqual(names.slice(last));
  }
});

test('a part of a step is told by its own name, and whose part it is', async () => {
  const config = configIn(tempDir());
  const crossFit = STAGES.find(({ name }) => name === 'cross_fit') ?? expect.unreachable();
  const stage = {
    ...crossFit,
    reads: () => ({}),
    job: { ...crossFit.job, options: () => ({ config, modality: 'A', checkpoint: '', folds: 2 }) },
  } as never;
  const said: string[] = [];
  const ran: unknown[] = [];
  const run = async (name: string, { fold }: { fold?: number }) => ran.push([name, fold]);
  const job = new Job(config, HOW, { ...fakeRunner, run: run as never, say: (text) => said.push(text) });
  await job.part({ name: 'cross-fit-A', stage, modality: 'A', after: [] }, 1);
  expect(said).toEqual(['train-fold-A-1: running, as a part of cross-fit-A']);
  expect(ran).toEqual([['train_fold', 1]]);
});
