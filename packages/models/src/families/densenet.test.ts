import { noGrad, randn, type Tensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import { createModel } from '../registry/create.ts';
import { modelInfo } from '../registry/registry.ts';
import { applyWeights } from '../weights/apply.ts';

const small = () => createModel('densenet121', { numClasses: 2, inChans: 1 }).eval();

test("the dotted names of torchvision's files are understood", () => {
  const source = small();
  const old = new Map<string, Tensor>();
  for (const [name, value] of source.stateDict()) {
    old.set(name.replace(/(denselayer\d+\.(?:norm|conv))([12])\./, '$1.$2.'), value);
  }
  expect(old.has('features.denseblock1.denselayer1.norm.1.weight')).toBe(true);
  const model = small();
  expect(applyWeights(model, modelInfo('densenet121'), old).layout).toBe('torchvision');
  const x = randn([1, 1, 64, 64]);
  noGrad(() => expect(model.call(x).sub(source.call(x)).abs().max().item()).toBe(0));
});

test('a drop path rate is refused: there are no residual branches', () => {
  expect(() => createModel('densenet121', { dropPathRate: 0.1 })).toThrow('dropPathRate must be 0, not 0.1');
});
