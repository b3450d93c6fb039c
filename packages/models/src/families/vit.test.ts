import { pythonJson, referenceTest } from '@radweave/testkit';
import { noGrad, randn, type Tensor, tensor, zeros } from '@radweave/torch';
import { expect, test } from 'vitest';
import { renamed } from '../entry/key-map.ts';
import { createModel } from '../registry/create.ts';
import { modelInfo } from '../registry/registry.ts';
import { relativeDifference } from '../testing/reference.ts';
import { applyWeights } from '../weights/apply.ts';
import { VIT_KEY_MAPS } from './vit-key-maps.ts';

const TINY = 'vit_tiny_patch16_224';
const info = modelInfo(TINY);
const tiny = (imageSize: number | readonly [number, number]) =>
  createModel(TINY, { numClasses: 2, inChans: 1, imageSize }).eval();

/** As timm 1.0.29's `resample_abs_pos_embed` does it for a square grid and one class token. */
const RESAMPLE = `
import json, sys, torch
job = json.load(sys.stdin)
old = torch.tensor(job['positions']).reshape(1, -1, job['dim'])
first, rest = old[:, :1], old[:, 1:]
side = int(rest.shape[1] ** 0.5)
rest = rest.reshape(1, side, side, -1).permute(0, 3, 1, 2)
rest = torch.nn.functional.interpolate(rest, size=job['grid'], mode='bicubic', antialias=True)
rest = rest.permute(0, 2, 3, 1).reshape(1, -1, old.shape[-1])
print(json.dumps(torch.cat([first, rest], 1).tolist()))
`;

referenceTest('position weights are resampled to another image size as timm does', ['torch'], () => {
  const source = tiny(64).stateDict();
  const model = tiny([96, 48]);
  const report = applyWeights(model, info, source);
  expect(report.resized).toBe('position weights 4×4 → 6×3 by bicubic resampling');
  const positions = [...at(source, 'pos_embed').toFloat32Array()];
  const job = { positions, dim: model.numFeatures, grid: [6, 3] };
  const theirs = pythonJson<number[][][]>(RESAMPLE, { input: JSON.stringify(job) });
  expect(relativeDifference(at(model.stateDict(), 'pos_embed'), tensor(theirs))).toBeLessThan(1e-6);
  for (const [name, value] of model.stateDict()) {
    if (name !== 'pos_embed') expect(value.sub(at(source, name)).abs().max().item(), name).toBe(0);
  }
});

test('position weights of the same size are loaded as they are, and nothing is reported', () => {
  const source = tiny([32, 64]);
  const model = tiny([32, 64]);
  expect(applyWeights(model, info, source.stateDict())).not.toHaveProperty('resized');
  const x = randn([1, 1, 32, 64]);
  noGrad(() => expect(relativeDifference(model.call(x), source.call(x))).toBe(0));
});

test('position weights of an oblong grid are refused for another size', () => {
  expect(() => applyWeights(tiny(64), info, tiny([32, 64]).stateDict())).toThrow(
    'position weights [1,9,192] are not those of a class token and a square grid',
  );
});

test('the feature map has each patch where it was in the image', () => {
  const model = tiny([32, 48]);
  const tokens = randn([2, 7, 192]);
  const map = model.featureMap(tokens);
  expect(map.shape).toEqual([2, 192, 2, 3]);
  const [row, column] = [1, 2];
  const patch = map.select(3, column).select(2, row);
  expect(relativeDifference(patch, tokens.select(1, 1 + row * 3 + column))).toBe(0);
});

test('the image size is checked when the model is made and when it is used', () => {
  expect(() => tiny(100)).toThrow('ViT needs slices whose sides are multiples of 16, not 100×100');
  expect(() => tiny(64).call(randn([1, 1, 64, 80]))).toThrow('made for 64×64 slices, got 64×80');
});

test('DINOv2 has no classifier unless asked, takes 518 pixels, and its training token is left out', () => {
  const name = 'vit_small_patch14_dinov2';
  const model = createModel(name);
  const state = new Map(createModel(name).stateDict());
  expect(model.numClasses).toBe(0);
  expect(at(state, 'pos_embed').shape).toEqual([1, 1 + 37 * 37, 384]);
  state.set('mask_token', zeros([1, 384]));
  const small = createModel(name, { imageSize: 224, numClasses: 3 });
  expect(applyWeights(small, modelInfo(name), state)).toEqual({
    layout: 'timm',
    adaptedFrom: null,
    resized: 'position weights 37×37 → 16×16 by bicubic resampling',
    head: false,
    headReason: 'the weights have no classifier',
  });
});

test("torchvision's older names of the feed-forward half are understood", () => {
  const [torchvision] = VIT_KEY_MAPS;
  if (torchvision === undefined) throw new Error('the first map is torchvision');
  const old = 'encoder.layers.encoder_layer_11.mlp.linear_2.bias';
  expect(renamed(old, torchvision.rules)).toBe('blocks.11.mlp.fc2.bias');
});

function at(state: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = state.get(name);
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
}
