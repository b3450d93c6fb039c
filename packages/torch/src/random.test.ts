import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { rand, randint, randn, randperm, zeros } from './create.ts';
import { init } from './nn/index.ts';
import { getRngState, manualSeed, setRngState } from './random.ts';
import { cpuCapability } from './runtime.ts';
import type { Tensor } from './tensor.ts';

test('a seed repeats the numbers and a state continues them', () => {
  manualSeed(7);
  const first = randn([5]).toArray();
  const state = getRngState();
  const second = randn([5]).toArray();
  manualSeed(7);
  expect(randn([5]).toArray()).toEqual(first);
  setRngState(state);
  expect(randn([5]).toArray()).toEqual(second);
});

test('weights that are left out are not drawn, and take no numbers from others', () => {
  const draw = (): Tensor[] => [
    init.uniform_(zeros([2])),
    init.normal_(zeros([2])),
    init.truncNormal_(zeros([2])),
  ];
  manualSeed(7);
  const expected = randn([5]).toArray();
  manualSeed(7);
  for (const left of init.leftOut(draw)) expect(left.toArray()).toEqual([0, 0]);
  expect(() =>
    init.leftOut(() => {
      throw new Error('failed');
    }),
  ).toThrow('failed');
  expect(randn([5]).toArray()).toEqual(expected);
  for (const drawn of draw()) expect(drawn.toArray()).not.toContain(0);
});

referenceTest('seeds and states are those of Python', ['torch'], () => {
  const script = `
import json, torch
out = []
for seed in (0, 1, 2**31, 2**53 + 1, -1):
    torch.manual_seed(seed)
    out.append(torch.randn(5).tolist() + torch.rand(3).tolist() + torch.randperm(20).tolist())
torch.manual_seed(3)
out.append(torch.randn(4).tolist() + torch.randint(0, 100, (5,)).tolist())
torch.manual_seed(5); torch.randn(3)
print(json.dumps({'draws': out, 'state': torch.get_rng_state().tolist()}))`;
  const env = { ATEN_CPU_CAPABILITY: cpuCapability().toLowerCase() };
  const reference = pythonJson<{ draws: number[][]; state: number[] }>(script, { env });
  const draws = [0n, 1n, 2n ** 31n, 2n ** 53n + 1n, -1n].map((seed) => {
    manualSeed(seed);
    return [...randn([5]).toTypedArray(), ...rand([3]).toTypedArray(), ...randperm(20).toTypedArray()].map(
      Number,
    );
  });
  manualSeed(3);
  draws.push([...randn([4]).toTypedArray(), ...randint(0, 100, [5]).toTypedArray()].map(Number));
  expect(draws).toEqual(reference.draws);
  manualSeed(5);
  randn([3]);
  expect(Array.from(getRngState().toTypedArray(), Number)).toEqual(reference.state);
});
