import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultConfig, logitsRecordPath, outputFolders, writeLogitsRecord } from '@radweave/artifacts';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { COHORT, NEEDS, sparingDisk } from './demo.ts';

const README = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');

test('the README says of the time and the disk of the demo what the demo says', () => {
  const [, minutes, seconds, disk] =
    /The demo took (\d+) min (\d+) s on two cores[^.]*?, (\d\.\d GB) of disk at most/.exec(README) ?? [];
  const [least, most] = NEEDS.minutes.split(' to ').map(Number);
  const rounded = Math.round(Number(minutes) + Number(seconds) / 60);
  expect(rounded).toBeGreaterThanOrEqual(least ?? Number.NaN);
  expect(rounded).toBeLessThanOrEqual(most ?? Number.NaN);
  expect(disk).toBe(NEEDS.most);
  expect(Number.parseFloat(NEEDS.stays)).toBeLessThan(0.3);
});

test('the results of the demo in the README are of its cohort, and the fused model leads', () => {
  const rows = [...README.matchAll(/^(fused|A|P) +(\d+) +\S+ \(\S+\) +(\d+) +(\d\.\d+) \(/gm)];
  expect(rows.map(([, model]) => model)).toEqual(['fused', 'A', 'P']);
  const validated = Math.round(COHORT.homePatients * (1 - defaultConfig().data.train_ratio));
  for (const [, , validation, test] of rows) {
    expect([Number(validation), Number(test)]).toEqual([validated, 2 * COHORT.patientsPerHospital]);
  }
  const [fused = Number.NaN, ...alone] = rows.map((row) => Number(row[4]));
  expect(fused).toBeGreaterThanOrEqual(Math.max(0.85, ...alone));
});

test('the demo removes the networks of folds after their logits, and no others', async () => {
  const folder = tempDir();
  const config = defaultConfig();
  config.experiment.output_dir = join(folder, 'outputs');
  config.data.features_dir = join(folder, 'features');
  const { checkpoints } = outputFolders(config.experiment.output_dir);
  const made = ['run/best_model.pth', 'fold1/best_model.pth', 'fold2/best_model.pth'];
  for (const path of made.map((name) => join(checkpoints, name))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'weights');
  }
  const left = (): string[] => made.filter((name) => existsSync(join(checkpoints, name)));
  const done = async (): Promise<never> => ({}) as never;
  const runner = sparingDisk(config, { run: done, say: () => undefined, warn: () => undefined });
  const run = (stage: 'train' | 'cross_fit') => runner.run(stage, {} as never, () => undefined);
  await run('cross_fit');
  expect(left()).toEqual(made);
  const hash = 'a'.repeat(64);
  writeLogitsRecord(logitsRecordPath(config.data.features_dir, 'A'), {
    format: 1,
    modality: 'A',
    model: 'resnet18',
    folds: 2,
    classes: 2,
    identity: hash,
    models: [1, 2].map((fold) => ({
      fold,
      run: `fold${fold}`,
      checkpoint: join(checkpoints, `fold${fold}`, 'best_model.pth'),
      checkpoint_sha256: hash,
      ...{ trained_on: [], validated_on: [], held_out: ['c'.repeat(32)] },
    })),
    tables: { train: hash, val: hash, test: hash },
    versions: {},
  });
  await run('cross_fit');
  expect(left()).toEqual(['run/best_model.pth']);
});
