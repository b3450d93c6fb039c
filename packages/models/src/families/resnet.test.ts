import { expect, test } from 'vitest';
import { createModel } from '../registry/create.ts';
import { BasicBlock, Bottleneck } from './resnet-blocks.ts';

/** First weights of each block's last norm. */
function lastNorms(name: string, options: object): (number | undefined)[] {
  const last = name === 'resnet18' ? 'bn2' : 'bn3';
  const model = createModel(name, { numClasses: 2, ...options });
  const blocks = Array.from(model.namedModules()).filter(
    ([, module]) => module instanceof BasicBlock || module instanceof Bottleneck,
  );
  const weights = model.stateDict();
  return blocks.map(([path]) => weights.get(`${path}.${last}.weight`)?.toFloat32Array()[0]);
}

test("each block's last norm starts at 0 as in timm, or at 1 where that is asked for", () => {
  for (const [name, blocks] of [
    ['resnet18', 8],
    ['resnet50', 16],
  ] as const) {
    expect(lastNorms(name, {})).toEqual(Array(blocks).fill(0));
    expect(lastNorms(name, { zeroInitLast: true })).toEqual(Array(blocks).fill(0));
    expect(lastNorms(name, { zeroInitLast: false })).toEqual(Array(blocks).fill(1));
  }
  expect(() => createModel('vit_small_patch16_224', { zeroInitLast: false })).toThrow(
    'vit_small_patch16_224: zeroInitLast cannot be chosen for this family',
  );
});
