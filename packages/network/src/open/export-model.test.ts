import { linkSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckpointFacts, defaultConfig, hashFile } from '@radweave/artifacts';
import { createModel, type ImageModel } from '@radweave/models';
import { peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import {
  loadCheckpoint,
  manualSeed,
  noGrad,
  randn,
  saveCheckpoint,
  saveSafetensors,
  type Tensor,
} from '@radweave/torch';
import { expect, test } from 'vitest';
import { takeSnapshot, writeCheckpoint } from './checkpoint.ts';
import { type ExportWish, exportModel } from './export-model.ts';

/** A checkpoint of ours with initial weights. */
async function checkpoint(path: string, name: string, side: number): Promise<ImageModel> {
  const model = createModel(name, { numClasses: 3, inChans: 1, imageSize: side }).eval();
  const facts: CheckpointFacts = {
    format: 'radweave/1',
    modality: 'A',
    architecture: { name, num_classes: 3, in_chans: 1, freeze_stages: 0 },
    input: { image_size: side, normalize_mean: 0.449, normalize_std: 0.226 },
    label_names: ['1', '2', '3'],
    initial_weights: 'trained from scratch',
    precision: 'fp32',
    epoch: 0,
    step: 0,
    best: null,
    split_hash: '',
    patients: { train: [], val: [] },
    versions: {},
    config: defaultConfig(),
  };
  await writeCheckpoint(path, takeSnapshot(facts, model.stateDict(), null));
  return model;
}

const wish = (file: string, output: string, more: Partial<ExportWish> = {}): ExportWish => ({
  file,
  output,
  model: undefined,
  imageSize: undefined,
  layout: 'timm',
  overwrite: false,
  ...more,
});

peerTest(
  'the Python that is told loads a checkpoint of ours, which answers as before',
  ['timm'],
  async () => {
    const folder = tempDir();
    manualSeed(5);
    const cases = [
      { name: 'swin_tiny_patch4_window7_224', side: 224, layout: 'torchvision', output: 'swin.pth' },
      { name: 'vit_tiny_patch16_224', side: 64, layout: 'timm', output: 'vit.safetensors' },
    ] as const;
    const programs: string[] = [];
    for (const { name, side, layout, output } of cases) {
      const file = join(folder, 'best_model.pth');
      const model = await checkpoint(file, name, side);
      const told = await exportModel(wish(file, join(folder, output), { layout }));
      expect(told).toMatchObject({ model: name, layout, numClasses: 3, inChans: layout === 'timm' ? 1 : 3 });
      expect(told.input).toEqual({ imageSize: side, mean: 0.449, std: 0.226 });
      const x = randn([2, 1, side, side]);
      const logits = noGrad(() => model.call(x));
      const recording = join(folder, `${output}.recording`);
      await saveSafetensors(
        recording,
        new Map([
          ['x', x],
          ['logits', logits],
        ]),
      );
      programs.push(
        ...told.python,
        `r = safetensors.torch.load_file(${JSON.stringify(recording)})`,
        `y = model.eval()(r['x'].repeat(1, ${told.inChans}, 1, 1))`,
        `print(float((y - r['logits']).abs().max() / r['logits'].abs().max()))`,
      );
    }
    const printed = python(['import safetensors.torch', ...programs].join('\n'), {
      interpreter: peersPython(),
    });
    const differences = printed.trim().split('\n');
    expect(differences).toHaveLength(cases.length);
    for (const difference of differences) expect(Number(difference)).toBeLessThan(1e-4);
  },
);

test('another program’s weights are written as they are, under timm’s names', async () => {
  const folder = tempDir();
  const [file, output] = [join(folder, 'theirs.pth'), join(folder, 'mine.safetensors')];
  const state = createModel('mobilenetv3_small_100', { numClasses: 4, inChans: 3 }).stateDict();
  const wrapped = new Map(Array.from(state, ([name, value]) => [`module.${name}`, value]));
  await saveCheckpoint(file, { state_dict: wrapped });
  const told = await exportModel(wish(file, output, { model: 'mobilenet_v3_small' }));
  expect(told).toMatchObject({ model: 'mobilenetv3_small_100', numClasses: 4, inChans: 3, input: null });
  const tensors = (await loadCheckpoint(output)) as Map<string, Tensor>;
  expect([...tensors.keys()].sort()).toEqual([...state.keys()].sort());
  for (const [name, value] of tensors) expect(state.get(name)?.sub(value).abs().max().item(), name).toBe(0);
});

test('what cannot be exported is said, and no file is touched', async () => {
  const folder = tempDir();
  const file = join(folder, 'theirs.pth');
  await saveCheckpoint(file, createModel('resnet18', { numClasses: 2, inChans: 1 }).stateDict());
  const kept = join(folder, 'kept.pth');
  writeFileSync(kept, 'kept');
  const attempt = (more: Partial<ExportWish>, output = join(folder, 'new.pth')) =>
    exportModel(wish(file, output, { model: 'resnet18', ...more }));
  await expect(attempt({}, join(folder, 'a.onnx'))).rejects.toMatchObject({ code: 'E_EXPORT', exitCode: 2 });
  await expect(attempt({}, kept)).rejects.toThrow('use --overwrite');
  await expect(attempt({ model: undefined })).rejects.toThrow('Name it with --model');
  await expect(attempt({ model: 'resnet34' })).rejects.toMatchObject({ code: 'E_EXPORT', exitCode: 3 });
  await expect(attempt({ model: 'restnet18' })).rejects.toMatchObject({ exitCode: 2 });
  const own = join(folder, 'best_model.pth');
  await checkpoint(own, 'mobilenetv3_small_100', 32);
  await expect(exportModel(wish(own, join(folder, 'new.pth'), { model: 'resnet18' }))).rejects.toMatchObject({
    code: 'E_CHECKPOINT_MODEL',
  });
  const before = [file, own].map((path) => hashFile(path));
  const linked = join(folder, 'linked.pth');
  linkSync(file, linked);
  for (const output of [file, join(folder, '.', 'theirs.pth'), linked]) {
    await expect(attempt({ overwrite: true }, output), output).rejects.toThrow('the file that is exported');
  }
  await expect(attempt({ overwrite: true }, own)).rejects.toThrow('a checkpoint of Radweave');
  expect([file, own].map((path) => hashFile(path))).toEqual(before);
  expect(readFileSync(kept, 'utf8')).toBe('kept');
  await attempt({ overwrite: true }, kept);
  expect(readFileSync(kept).length).toBeGreaterThan(1e6);
});
