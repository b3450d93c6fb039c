import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, defaultConfig } from '@radweave/artifacts';
import { silentContext } from '@radweave/study/context/events';
import { filesBelow, tempDir } from '@radweave/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { check } from './check.ts';

/** What stands in the way, and the error that says so. */
const CASES: Record<
  string,
  [spoil: (config: Config, folder: string) => void, error: RegExp, exitCode: number]
> = {
  model: [({ model }) => Object.assign(model, { name: 'resnet81' }), /resnet18/, 2],
  root: [({ data }) => Object.assign(data, { root_dir: 'no/root' }), /no\/root/, 2],
  'home hospital': [({ data }) => Object.assign(data, { home_hospital: 'jm' }), /Did you mean 'JM'/, 3],
  device: [({ training }) => Object.assign(training, { device: 'cuda:7' }), /cuda:7/, 5],
  weights: [({ model }) => Object.assign(model, { weights: 'no.pth' }), /no\.pth/, 2],
  outputs: [({ experiment }) => file(experiment.output_dir), /--set experiment\.output_dir=FOLDER/, 5],
  'start of batch norms': [
    ({ model }) => Object.assign(model, { name: 'mobilenetv3_small_100', zero_init_last: false }),
    /ResNet family/,
    2,
  ],
  'best settings': [(_, folder) => file(join(folder, 'best')), /--best_hparams_dir/, 5],
  'best record': [(_, folder) => file(join(folder, 'best', 'resnet18_P.yaml'), 'modle: {}'), /modle/, 2],
  splits: [({ data }) => file(dirname(data.splits_dir)), /data\.splits_dir/, 5],
  features: [({ data }) => file(data.features_dir), /data\.features_dir/, 5],
  'number of classes': [
    ({ data }) => patient(data, 'JM', 'grade2'),
    /label 2 does not fit model\.num_classes 2.*raw.*set model\.num_classes to 3/,
    3,
  ],
  'external class': [({ data }) => patient(data, 'SY', 'grade2'), /label 2 is in the test set only/, 3],
  fusion: [
    ({ fusion }, folder) => file(Object.assign(fusion, { output_dir: join(folder, 'f') }).output_dir),
    /fusion\.output_dir/,
    5,
  ],
};

function file(path: string, text = ''): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function patient({ root_dir }: Config['data'], hospital: string, grade: string, id = '2'): void {
  for (const modality of ['A', 'P']) file(join(root_dir ?? '', hospital, grade, id, modality, '1.png'));
}

function prepared(): { config: Config; folder: string; options: { config: Config; bestHparamsDir: string } } {
  const folder = tempDir();
  const config = defaultConfig();
  config.model.pretrained = false;
  config.experiment.output_dir = join(folder, 'outputs');
  config.data.root_dir = join(folder, 'raw');
  config.data.home_hospital = 'JM';
  file(join(config.data.root_dir, 'JM', 'grade0', '1', 'A', '1.png'));
  config.data.splits_dir = join(folder, 'data', 'splits');
  config.data.features_dir = join(folder, 'features');
  return { config, folder, options: { config, bestHparamsDir: join(folder, 'best') } };
}

test.each(Object.entries(CASES))(
  'a wrong %s is told before anything is read',
  async (_, [spoil, error, exitCode]) => {
    const { config, folder, options } = prepared();
    spoil(config, folder);
    await expect(check(options, silentContext())).rejects.toMatchObject({
      exitCode,
      message: expect.stringMatching(error),
    });
  },
);

test('pretrained weights that cannot be had are told too, unless every network was trained before', async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1').stubEnv('HF_HOME', tempDir()).stubEnv('TORCH_HOME', tempDir());
  onTestFinished(() => void vi.unstubAllEnvs());
  const { config, options } = prepared();
  config.model.pretrained = true;
  await expect(check(options, silentContext())).rejects.toThrow(/no pretrained weights for resnet18/);
  for (const modality of ['A', 'P'])
    file(join(config.experiment.output_dir, 'run', `train-${modality}.json`));
  await check(options, silentContext());
});

test('where nobody says how many classes there are, those of the home hospital are counted', async () => {
  const { config, options } = prepared();
  const counted = () => check({ ...options, countsClasses: true }, silentContext());
  expect(await check(options, silentContext())).toEqual({ classes: 2 });
  expect(await counted()).toEqual({ classes: 2 });
  for (const grade of ['grade1', 'grade2']) patient(config.data, 'JM', grade, grade);
  expect(await counted()).toEqual({ classes: 3 });
  for (const modality of ['A', 'P'])
    file(join(config.experiment.output_dir, 'run', `train-${modality}.json`));
  expect(await counted()).toEqual({ classes: 3 });
  patient(config.data, 'SY', 'grade3');
  await expect(counted()).rejects.toThrow('label 3 is in the test set only');
});

test('where nothing stands in the way nothing is written', async () => {
  const { folder, options } = prepared();
  const before = filesBelow(folder);
  await check(options, silentContext());
  expect(filesBelow(folder)).toEqual(before);
});
