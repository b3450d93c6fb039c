import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fusionFolder, readAligned } from '@radweave/artifacts';
import { listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { onLinux, pythonJson, referenceTest, withoutRoot } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { modalities, prepared } from './fuse.test.data.ts';
import { fuse } from './fuse.ts';

referenceTest('numpy and pandas read the fused features and the tables', ['numpy', 'pandas'], async () => {
  const { outputDir } = await fuse({ config: prepared(), modalities }, listening());
  const read = pythonJson<{
    dtype: string;
    shape: number[];
    equal: boolean;
    first: string[];
    metrics: number;
  }>(
    `
import json, sys, numpy as np, pandas as pd
a = np.load(sys.argv[1] + '/fused_test.npy')
t = pd.read_csv(sys.argv[1] + '/fused_test.csv', dtype={'patient_id': str})
values = t.iloc[:, 4:].to_numpy().astype(np.float32)
p = pd.read_csv(sys.argv[1] + '/predictions_test.csv', dtype={'patient_id': str})
assert list(p.patient_id) == list(t.patient_id)
m = pd.read_csv(sys.argv[1] + '/metrics.csv')
print(json.dumps({'dtype': str(a.dtype), 'shape': list(a.shape), 'equal': bool((a == values).all()),
                  'first': list(t.columns[:5]) + [t.columns[-1], t.patient_id[0]], 'metrics': len(m)}))`,
    { args: [outputDir] },
  );
  expect(read).toEqual({
    dtype: 'float32',
    shape: [40, 13],
    equal: true,
    first: ['patient_id', 'hospital', 'label', 'in_sample', 'A_0', 'P_4', '0085'],
    metrics: 21,
  });
});

test('use_aligned keeps tables that fit, and makes stale or missing ones again', async () => {
  const cohort = madeUpCohort({ train: 30, val: 12, test: 12 });
  const config = prepared(cohort);
  config.fusion.use_aligned = true;
  const folder = join(config.data.features_dir, 'train', 'aligned');
  const patients = (): number => readAligned(folder, modalities).patients.length;
  const stamp = (): number => statSync(join(folder, 'aligned.json')).mtimeMs;
  const context = listening();
  await fuse({ config, modalities }, context);
  expect(context.said.join()).toContain('aligning again');
  const first = stamp();
  const again = listening();
  await fuse({ config, modalities }, again);
  expect(again.said.join()).not.toContain('aligning again');
  expect(stamp()).toBe(first);
  rmSync(join(config.data.features_dir, 'train', 'A'), { recursive: true });
  const lacking = cohort.slice(0, 2).map((one) => ({ ...one, counts: { P: 1 } }));
  writeMadeUpCohort(config, [...lacking, ...cohort.slice(2)]);
  writeMadeUpFeatures(config, 'A', cohort.slice(2), 8);
  await fuse({ config, modalities }, context);
  expect(patients()).toBe(28);
  await fuse({ config, modalities: ['P'] }, context);
  expect(readAligned(folder, ['P']).patients).toHaveLength(30);
});

onLinux('of features that nobody may write to, tables that fit are named as what can be used', async () => {
  const config = prepared();
  await fuse({ config, modalities }, listening());
  const { features_dir } = config.data;
  const folder = join(features_dir, '..', '..');
  chmodSync(fusionFolder(config), 0o777);
  const asked = (names: string[]) =>
    withoutRoot(folder, () => fuse({ config, modalities: names }, listening())).catch(
      (error: unknown) => error,
    );
  expect(await asked(modalities)).toMatchObject({
    code: 'E_NOT_WRITABLE',
    exitCode: 5,
    where: features_dir,
    hint: expect.stringContaining('--use_aligned'),
  });
  expect(await asked(['P', 'A'])).toMatchObject({ hint: expect.stringContaining('--use_aligned') });
  expect(await asked(['P'])).toMatchObject({ hint: expect.not.stringContaining('--use_aligned') });
});

test('a fusion that cannot be written leaves the one of before whole', async () => {
  const config = prepared();
  const { outputDir, modelFile, metricsFile } = await fuse({ config, modalities }, listening());
  const before = [modelFile, metricsFile].map((path) => readFileSync(path));
  const taken = join(outputDir, 'predictions_val.csv');
  rmSync(taken);
  mkdirSync(taken);
  config.fusion.C = 0.1;
  await expect(fuse({ config, modalities }, listening())).rejects.toMatchObject({
    code: 'E_NOT_WRITABLE',
    where: taken,
  });
  expect([modelFile, metricsFile].map((path) => readFileSync(path))).toEqual(before);
});

test('results may go into the features folder, as users of the Python tool do it', async () => {
  const config = prepared();
  config.fusion.output_dir = config.data.features_dir;
  const own = join(config.data.features_dir, 'notes.txt');
  writeFileSync(own, 'mine');
  const { modelFile } = await fuse({ config, modalities }, listening());
  expect(modelFile).toBe(join(config.data.features_dir, 'model.json'));
  expect(readFileSync(own, 'utf8')).toBe('mine');
});

test('a modality cannot have the name of a model of all modalities', async () => {
  for (const name of ['fused', 'stacked']) {
    const asked = fuse({ config: prepared(), modalities: ['A', name] }, listening());
    await expect(asked).rejects.toMatchObject({ code: 'E_MODALITIES', exitCode: 2 });
  }
});
