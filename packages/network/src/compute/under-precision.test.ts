// The precision must reach both passes of a step, and Winograd's must change no more than digits.

import type { Precision } from '@radweave/artifacts';
import { createModel } from '@radweave/models';
import { needs } from '@radweave/testkit';
import { hasWinograd, manualSeed, nn, noGrad, randn, type Tensor, tidy, winograd } from '@radweave/torch';
import { expect } from 'vitest';
import { backwardInPrecision, inPrecision } from './under-precision.ts';

const on = (precision: Precision) => ({ device: 'cpu', precision });

function resnet() {
  manualSeed(1);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: 64 });
  // Blocks start as the identity: their branches would not count.
  for (const [name, weight] of model.namedParameters())
    if (name.endsWith('bn2.weight')) nn.init.constant_(weight, 1);
  return model;
}

/** Gradient of a convolution in the middle after one step, forward and backward each in a precision. */
function gradient(forward: Precision, backward: Precision): Float32Array {
  return tidy(() => {
    const model = resnet();
    const images = randn([16, 1, 64, 64]);
    const loss = inPrecision(on(forward), () => model.call(images)).sum();
    backwardInPrecision(on(backward), () => loss.backward());
    const { grad } = new Map(model.namedParameters()).get('layer1.0.conv1.weight') as Tensor;
    return (grad as Tensor).toFloat32Array();
  });
}

needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')(
  'both passes of a step are computed with Winograd convolutions',
  () => {
    const whole = gradient('fp32-winograd', 'fp32-winograd');
    const asOneScope = winograd(() => gradient('fp32', 'fp32'));
    expect(whole).toEqual(asOneScope);
    expect(whole).not.toEqual(gradient('fp32-winograd', 'fp32'));
    expect(whole).not.toEqual(gradient('fp32', 'fp32-winograd'));
  },
);

needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')(
  'features keep their direction and their distances',
  () => {
    tidy(() => {
      const model = resnet();
      model.train(false);
      const images = randn([16, 1, 64, 64]);
      const features = (precision: Precision): Tensor =>
        noGrad(() => inPrecision(on(precision), () => model.forwardFeatures(images).mean([2, 3]))).to(
          'float64',
        );
      const [exact, ours] = [features('fp32'), features('fp32-winograd')];
      const cosine = (a: Tensor, b: Tensor): Tensor =>
        a
          .mul(b)
          .sum(1)
          .div(a.mul(a).sum(1).mul(b.mul(b).sum(1)).sqrt());
      const centred = (t: Tensor): Tensor => t.sub(t.mean([0]));
      expect(ours.sub(exact).abs().max().item()).toBeGreaterThan(0);
      expect(cosine(exact, ours).min().item()).toBeGreaterThan(0.99999999);
      expect(cosine(centred(exact), centred(ours)).min().item()).toBeGreaterThan(0.999999);
    });
  },
);
