import { PyOpaque, StoredTensor } from '@radweave/torch';
import { expect, test } from 'vitest';
import { stateDictOf } from './state-dict.ts';

const one = () => new StoredTensor({ dtype: 'float32', shape: [1], data: new Uint8Array(4) });
const names = (value: unknown) => [...stateDictOf(value, 'x.pth').keys()];

test('wrappers and prefixes are taken off, in any nesting', () => {
  const plain = ['conv.weight', 'fc.bias'];
  const under = (prefix: string) => new Map(plain.map((name) => [prefix + name, one()]));
  expect(names(under(''))).toEqual(plain);
  for (const prefix of [
    'module.',
    '_orig_mod.',
    'model.',
    'backbone.',
    'net.',
    'module._orig_mod.model.',
    'net.'.repeat(50_000),
  ]) {
    expect(names(under(prefix)), prefix).toEqual(plain);
  }
  for (const key of ['model_state_dict', 'state_dict', 'model', 'net']) {
    expect(
      names(
        new Map<string, unknown>([
          ['epoch', 3],
          [key, under('')],
        ]),
      ),
      key,
    ).toEqual(plain);
  }
  expect(names(new Map([['model', new Map([['state_dict', under('module.')]])]]))).toEqual(plain);
  expect(
    names(
      new Map([
        ['state_dict', under('a.')],
        ['model_state_dict', under('')],
      ]),
    ),
  ).toEqual(plain);
});

test('checkpoints from before batches were counted get counts of 0', () => {
  const state = stateDictOf(new Map([['bn.running_mean', one()]]), 'x.pth');
  expect(state.get('bn.num_batches_tracked')).toMatchObject({ dtype: 'int64', shape: [] });
  const newer = new Map([
    ['a.running_mean', one()],
    ['a.num_batches_tracked', one()],
    ['b.running_mean', one()],
  ]);
  expect(names(newer)).toEqual([...newer.keys()]);
});

test('what is not a state dict is refused with what it is', () => {
  const whole = new PyOpaque('torchvision.models.resnet.ResNet');
  expect(() => names(whole)).toThrow('holds an object of the Python class torchvision.models.resnet.ResNet');
  expect(() => names(new Map([['model', whole]]))).toThrow(
    'an object of the Python class torchvision.models.resnet.ResNet, which is not built here because that could run code under "model"',
  );
  expect(() => names(new Map())).toThrow('x.pth: holds an empty dict');
  expect(() => names(null)).toThrow('x.pth: holds None');
  expect(() => names([one()])).toThrow('x.pth: holds a list');
  expect(() => names(one())).toThrow('x.pth: holds a single tensor');
  expect(() =>
    names(
      new Map<string, unknown>([
        ['a', one()],
        ['lr', 0.1],
      ]),
    ),
  ).toThrow('has a number under "lr"');
  expect(() =>
    names(
      new Map([
        ['net.a', one()],
        ['a', one()],
      ]),
    ),
  ).toThrow('two tensors that would be a');
});
