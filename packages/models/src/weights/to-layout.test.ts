import { join } from 'node:path';
import { peersPython, peerTest, tempDir } from '@radweave/testkit';
import {
  manualSeed,
  nn,
  noGrad,
  randn,
  saveCheckpoint,
  saveSafetensors,
  setNumThreads,
  type Tensor,
  tidy,
} from '@radweave/torch';
import { expect, test } from 'vitest';
import { renamed } from '../entry/key-map.ts';
import type { ImageModel } from '../image-model.ts';
import { createModel } from '../registry/create.ts';
import { listModels, modelInfo } from '../registry/registry.ts';
import { recorded, relativeDifference, runScript } from '../testing/reference.ts';
import { readTimmRecord } from '../testing/timm-record.ts';
import { applyWeights } from './apply.ts';
import { type Layout, toLayout } from './to-layout.ts';

setNumThreads(2);

/** One of each family, with the side of its images. */
const WRITTEN: readonly (readonly [name: string, layout: Layout, side: number, file: string])[] = [
  ['resnet18', 'torchvision', 64, 'a.pth'],
  ['swin_tiny_patch4_window7_224', 'torchvision', 224, 'b.pth'],
  ['efficientnet_b0', 'torchvision', 64, 'c.safetensors'],
  ['mobilenetv3_small_100', 'torchvision', 64, 'd.pth'],
  ['convnext_tiny', 'torchvision', 64, 'e.safetensors'],
  ['densenet121', 'torchvision', 64, 'f.pth'],
  ['vit_base_patch16_224', 'torchvision', 64, 'g.safetensors'],
  ['swin_tiny_patch4_window7_224', 'timm', 64, 'h.pth'],
  ['tf_efficientnet_lite0', 'timm', 64, 'i.safetensors'],
];

/** Options of the other library's builder. */
function optionsOf(name: string, layout: Layout, side: number): object {
  const sized = { swin: { img_size: side }, vit: { img_size: side } }[modelInfo(name).family] ?? {};
  if (layout === 'timm') return { num_classes: 5, in_chans: 1, ...sized };
  return { num_classes: 5, ...(modelInfo(name).torchvision?.isSized && { image_size: side }) };
}

/** Moves all that starts as a constant; one running variance is smaller than torchvision's epsilon in MobileNetV3. */
function disturb(model: ImageModel): void {
  noGrad(() => {
    for (const parameter of model.parameters()) {
      if (parameter.shape.filter((side) => side > 1).length < 2)
        parameter.add_(randn(parameter.shape).mul(0.1));
    }
    for (const [, module] of model.namedModules()) {
      if (!(module instanceof nn.BatchNorm2d)) continue;
      module.running_mean.load(randn([module.features]).mul(0.1));
      module.running_var.load(randn([module.features]).abs().add(0.5));
    }
    const [first] = Array.from(model.namedModules(), ([, module]) => module).filter(
      (module) => module instanceof nn.BatchNorm2d,
    );
    first?.running_var.narrow(0, 0, 1).fill_(4e-4);
  });
}

peerTest(
  'torchvision and timm load strictly what is written for them, and answer as we do',
  ['timm'],
  async () => {
    const folder = tempDir();
    const ours = new Map<string, Tensor>();
    const models = [];
    manualSeed(3);
    for (const [name, layout, side, file] of WRITTEN) {
      const info = modelInfo(name);
      const path = join(folder, file);
      const model = createModel(name, { numClasses: 5, inChans: 1, imageSize: side }).eval();
      disturb(model);
      const state = toLayout(model, info, layout);
      await (file.endsWith('.pth') ? saveCheckpoint(path, state) : saveSafetensors(path, state));
      const image = randn([1, 1, side, side]);
      await saveSafetensors(`${path}.image`, new Map([['image', image]]));
      ours.set(
        file,
        noGrad(() => model.call(image)),
      );
      const theirs = layout === 'timm' ? name : info.torchvision?.name;
      models.push({
        key: file,
        file: path,
        library: layout,
        name: theirs,
        options: optionsOf(name, layout, side),
      });
      for (const tensor of model.stateDict().values()) tensor.dispose();
    }
    const theirs = await runScript('load-strictly.py', { models }, peersPython());
    for (const [file, logits] of ours) {
      expect(relativeDifference(logits, recorded(theirs, file)), file).toBeLessThanOrEqual(1e-4);
    }
  },
);

test('the names of every model of torchvision lead there and back', () => {
  for (const name of listModels()) {
    const { torchvision, keyMaps = [] } = modelInfo(name);
    const map = keyMaps.find(({ layout, back }) => layout === 'torchvision' && back !== undefined);
    if (torchvision === undefined || map === undefined) continue;
    const names = (readTimmRecord(name)?.state ?? []).map((line) => line.split(' ')[0] ?? '');
    const theirs = names.map((each) => renamed(each, map.back ?? []) ?? '');
    expect(new Set(theirs).size, name).toBe(names.length);
    expect(theirs.map((each) => renamed(each, map.rules))).toEqual(names);
  }
});

test('what torchvision’s MobileNetV3 is given comes back as the same function', () => {
  tidy(() => {
    const info = modelInfo('mobilenetv3_small_100');
    const make = () => createModel(info.name, { numClasses: 2, inChans: 3 }).eval();
    const model = make();
    disturb(model);
    const again = make();
    expect(applyWeights(again, info, toLayout(model, info, 'torchvision')).layout).toBe('torchvision');
    const x = randn([1, 3, 64, 64]);
    noGrad(() => expect(relativeDifference(again.call(x), model.call(x))).toBeLessThan(1e-5));
  });
});

test('what torchvision does not have is refused', () => {
  const to = (name: string, options: object) => () =>
    toLayout(createModel(name, { inChans: 1, ...options }), modelInfo(name), 'torchvision');
  expect(to('tf_efficientnet_lite0', { numClasses: 2 })).toThrow(
    'torchvision has no tf_efficientnet_lite0: use --layout timm',
  );
  expect(to('resnet18', { numClasses: 0 })).toThrow('the weights have no classifier');
  expect(to('swin_t', { numClasses: 2, imageSize: 64 })).toThrow('smaller than the 7×7 places');
});
