import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureSetPath, readFeatureSet } from '@radweave/artifacts';
import { createModel } from '@radweave/models';
import { writeRun } from '@radweave/network/testing/runs';
import { listening } from '@radweave/study/testing/cohort';
import { python, referenceTest, tempDir } from '@radweave/testkit';
import { manualSeed, saveCheckpoint } from '@radweave/torch';
import { expect, onTestFinished, test, vi } from 'vitest';
import { asked, contents, prepared } from './extract.test.data.ts';
import { extract } from './extract.ts';

test('a model may be asked for under another of its names, and a misspelt one is named', async () => {
  const config = await prepared();
  const run = await writeRun(config, 'a', 'A', 1);
  const result = await extract(asked(config, { model: 'resnet18.tv_in1k' }), listening());
  expect(result.checkpoint).toBe(run.best);
  await expect(extract(asked(config, { model: 'resnet19' }), listening())).rejects.toMatchObject({
    code: 'E_MODEL',
    exitCode: 2,
    message: expect.stringContaining("did you mean 'resnet18'"),
  });
});

test('plain weights need a model name; what they do not say is assumed with a notice', async () => {
  const config = await prepared();
  manualSeed(5);
  const path = join(tempDir(), 'own.pth');
  await saveCheckpoint(path, createModel('resnet18', { numClasses: 2, inChans: 1 }).stateDict());
  await expect(extract(asked(config, { checkpoint: path }), listening())).rejects.toMatchObject({
    code: 'E_NO_MODEL',
  });
  const context = listening();
  const result = await extract(asked(config, { checkpoint: path, model: 'resnet18' }), context);
  expect(result.checkpoint).toBe(path);
  expect(context.said.join('\n')).toContain(`${path} holds weights only`);
  expect(readFeatureSet(featureSetPath(config.data.features_dir, 'train', 'A')).in_sample).toBeNull();
});

const WITH_OBJECTS = `
import argparse, sys, numpy, torch
plain, path = sys.argv[1:3]
torch.save({'epoch': numpy.int64(3), 'best': numpy.float64(0.5), 'history': numpy.ones(3), 'args': argparse.Namespace(lr=1),
  'model_state_dict': torch.load(plain)}, path)
`;

referenceTest(
  'objects of Python beside the weights do not keep them from being used',
  ['torch'],
  async () => {
    const config = await prepared();
    const folder = tempDir();
    manualSeed(5);
    const [plain, path] = [join(folder, 'plain.pth'), join(folder, 'with-objects.pth')];
    await saveCheckpoint(plain, createModel('resnet18', { numClasses: 2, inChans: 1 }).stateDict());
    python(WITH_OBJECTS, { args: [plain, path] });
    const features = async (checkpoint: string): Promise<string[]> => {
      const result = await extract(asked(config, { checkpoint, model: 'resnet18' }), listening());
      expect(result.checkpoint).toBe(checkpoint);
      return contents(config.data.features_dir).filter((line) => line.includes('.npy '));
    };
    const expected = await features(plain);
    expect(expected).toHaveLength(18);
    expect(await features(path)).toEqual(expected);
  },
);

test('pretrained: ImageNet weights with their own normalisation, in-sample of nobody', async () => {
  const config = await prepared();
  const cache = tempDir();
  const folder = join(cache, 'hub', 'checkpoints');
  mkdirSync(folder, { recursive: true });
  manualSeed(6);
  const file = join(folder, 'plain.pth');
  await saveCheckpoint(file, createModel('resnet18').stateDict());
  const digits = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);
  writeFileSync(join(folder, `resnet18-${digits}.pth`), readFileSync(file));
  rmSync(file);
  const home = { HF_HOME: cache, HOME: cache, HF_HUB_OFFLINE: '1', TORCH_HOME: cache };
  for (const [name, value] of Object.entries(home)) vi.stubEnv(name, value);
  try {
    const wish = { checkpoint: 'pretrained', model: 'resnet18' };
    const first = await extract(asked(config, wish), listening());
    expect(readFeatureSet(featureSetPath(config.data.features_dir, 'train', 'A'))).toMatchObject({
      checkpoint: 'pretrained',
      in_sample: false,
      normalize_mean: 0.449,
      normalize_std: 0.226,
    });
    const again = await extract(asked(config, wish), listening());
    expect(again.checkpointSha256).toBe(first.checkpointSha256);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('pretrained weights that cannot be fetched: the advice holds for extract, and the file it asks for is used', async () => {
  const config = await prepared();
  const cache = tempDir();
  const file = join(cache, 'own.pth');
  manualSeed(7);
  await saveCheckpoint(file, createModel('resnet18').stateDict());
  const home = { HF_HOME: cache, HOME: cache, HF_HUB_OFFLINE: '1', TORCH_HOME: cache };
  for (const [name, value] of Object.entries(home)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const wish = { checkpoint: 'pretrained', model: 'resnet18' };
  const error = await extract(asked(config, wish), listening()).catch((reason: Error) => reason);
  const ownAdvice = String(error)
    .split('\n')
    .filter((line) => !/radweave train|pip download/.test(line))
    .join('\n');
  expect(ownAdvice).toContain('--set model.weights=FILE');
  expect([...new Set(ownAdvice.match(/(?<=\s)--[a-z]\w*/g))]).toEqual(['--set']);
  config.model.weights = file;
  const { checkpointSha256 } = await extract(asked(config, wish), listening());
  expect(checkpointSha256).toBe(createHash('sha256').update(readFileSync(file)).digest('hex'));
});
