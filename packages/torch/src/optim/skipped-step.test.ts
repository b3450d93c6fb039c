// The operators of fused updates have CPU kernels in the newest libtorch: there they take the place that they have on a GPU.
import { peerTest, useNewestLibtorch } from '@radweave/testkit';
import { expect, vi } from 'vitest';
import { full, tensor } from '../create.ts';
import { Parameter } from '../nn/parameter.ts';
import type { Tensor } from '../tensor.ts';
import { Adam } from './adam.ts';
import { AdamW } from './adamw.ts';
import { GradScaler } from './grad-scaler.ts';
import type { Optimizer } from './optimizer.ts';
import { SGD } from './sgd.ts';

const updates = vi.hoisted(() => ({ areFused: false }));
vi.mock('./fused.ts', () => ({ isFusable: () => updates.areFused }));

const OPTIMIZERS: Record<string, (params: Parameter[]) => Optimizer> = {
  'Adam with decay': (p) => new Adam(p, { lr: 0.03, weightDecay: 0.1 }),
  AdamW: (p) => new AdamW(p, { lr: 0.03 }),
  SGD: (p) => new SGD(p, { lr: 0.1 }),
  'SGD with momentum': (p) => new SGD(p, { lr: 0.1, momentum: 0.9, weightDecay: 0.05 }),
};

/** Steps whose gradients overflow: the very first, and one in between. */
const OVERFLOWS = [0, 3];

/** What optimizer and scaler make of eight steps; `skips` false leaves the bad steps out. */
function after(make: (params: Parameter[]) => Optimizer, areFused: boolean, skips: boolean) {
  updates.areFused = areFused;
  const params = [new Parameter(tensor([0.5, -1.25, 2])), new Parameter(tensor([4, 5]))];
  const optimizer = make(params);
  const scaler = new GradScaler('cpu', { initScale: 1024, growthInterval: 2 });
  const scales: number[] = [];
  for (let step = 0; step < 8; step++) {
    const isBad = OVERFLOWS.includes(step);
    if (isBad && !skips) continue;
    const values = [0, 1, 2].map((i) => Math.sin(step * 1.7 + i) * scaler.value);
    const [first, second] = params as [Parameter, Parameter];
    first.grad = tensor(values);
    second.grad = tensor([isBad ? Number.POSITIVE_INFINITY : (values[0] ?? 0), values[1] ?? 0]);
    const foundInf = scaler.unscale(params);
    expect(foundInf.item()).toBe(isBad ? 1 : 0);
    optimizer.step(foundInf);
    scaler.update();
    scales.push(scaler.value);
  }
  const steps = [...optimizer.stateDict().state.values()].map(({ step }) =>
    (step as Tensor | undefined)?.item(),
  );
  return { params: params.map((one) => one.toArray()), steps, scales };
}

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  peerTest(
    `${name}: a skipped step changes neither parameters nor state, read on the host or on the device`,
    ['torch'],
    () => {
      useNewestLibtorch();
      const without = after(make, false, false);
      const { scales: _, ...skipped } = after(make, false, true);
      expect(skipped).toEqual({ params: without.params, steps: without.steps });
      const fused = after(make, true, true);
      expect(fused.steps).toEqual(without.steps);
      expect(fused.scales).toEqual([512, 512, 1024, 512, 512, 1024, 1024, 2048]);
      for (const [i, values] of without.params.entries()) {
        for (const [j, value] of [values].flat(2).entries()) {
          expect([fused.params[i]].flat(3)[j]).toBeCloseTo(Number(value), 5);
        }
      }
    },
  );
}

peerTest('the state of a scaler is that of torch, and is taken over as it is', ['torch'], () => {
  useNewestLibtorch();
  const scaler = new GradScaler('cpu', { growthInterval: 3 });
  scaler.unscale([Object.assign(new Parameter(tensor([1])), { grad: full([1], 2) })]);
  scaler.update();
  const state = scaler.stateDict();
  expect(state).toEqual({
    scale: 65_536,
    growth_factor: 2,
    backoff_factor: 0.5,
    growth_interval: 3,
    _growth_tracker: 1,
  });
  const other = new GradScaler('cpu');
  other.loadStateDict(new Map(Object.entries(state)));
  expect(other.stateDict()).toEqual(state);
  expect(() => other.loadStateDict({ ...state, scale: undefined })).toThrow(/GradScaler state: 'scale'/);
});
