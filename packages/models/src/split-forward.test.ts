import { grad, noGrad, randn, tidy } from '@radweave/torch';
import { expect, test } from 'vitest';
import { createModel } from './registry/create.ts';

const SMALL = [
  'resnet18',
  'densenet121',
  'efficientnet_b0',
  'mobilenetv3_small_100',
  'convnext_tiny',
  'swin_t',
  'vit_tiny_patch16_224',
];

for (const name of SMALL) {
  test(`${name}: both halves give the logits of the whole, with gradients at the cut`, () => {
    tidy(() => {
      const model = createModel(name, { numClasses: 2, inChans: 1, imageSize: 64 })
        .eval()
        .requiresGrad_(false);
      const x = randn([2, 1, 64, 64]);
      const whole = noGrad(() => model.call(x));
      for (const layer of [undefined, middle(model.mapLayers), 'features']) {
        const split = model.splitForward(layer);
        const activations = noGrad(() => split.activations(x));
        activations.requiresGrad = true;
        const logits = split.finish(activations);
        expect(logits.sub(whole).abs().max().item(), split.layer).toBe(0);
        const [gradient] = grad([logits.select(1, 1).sum()], [activations]);
        const map = model.featureMap(gradient ?? activations);
        expect(map.ndim, split.layer).toBe(4);
        expect(map.size(2), split.layer).toBe(map.size(3));
        if (layer === undefined) expect(map.abs().sum().item()).toBeGreaterThan(0);
      }
    });
  });
}

test('an unknown layer is named together with those there are', () => {
  const model = createModel('resnet18', { numClasses: 2, inChans: 1 });
  expect(() => model.splitForward('layer9')).toThrow(
    "there is no layer 'layer9': give stem, layer1, layer2, layer3, layer4, features",
  );
});

function middle(layers: readonly string[]): string | undefined {
  return layers[Math.floor(layers.length / 2)];
}
