import { native } from '@radweave/native';
import { expect, test } from 'vitest';
import { autocast } from './autograd.ts';
import { randn } from './create.ts';
import * as nn from './nn/index.ts';
import { profile, profileRange } from './profile.ts';
import { tidy } from './scope.ts';

function net(): nn.Sequential {
  return new nn.Sequential([new nn.Conv2d(1, 4, 3), new nn.ReLU(), new nn.Conv2d(4, 2, 3)]);
}

test('operators, backward functions and modules are recorded where they ran', () => {
  const model = net();
  const x = randn([2, 1, 8, 8]);
  const { profile: recorded, result } = profile(model, () =>
    tidy(() => {
      const sum = profileRange('forward', () => model.call(x).sum());
      profileRange('backward', () => sum.backward());
      return sum.item();
    }),
  );
  expect(Number.isFinite(result)).toBe(true);
  expect(recorded.modules.map(({ name }) => name)).toEqual(['0', '1', '2', '']);
  expect(recorded.ranges.map(({ name }) => name)).toEqual(['forward', 'backward']);

  const [first, , second, whole] = recorded.modules;
  const inside = (outer: { start: number; end: number } | undefined) =>
    recorded.operators.filter(({ start, end }) => start >= (outer?.start ?? 0) && end <= (outer?.end ?? 0));
  expect(inside(first).filter(({ name }) => name === 'aten::conv2d')).toHaveLength(1);
  expect(inside(second).filter(({ name }) => name === 'aten::conv2d')).toHaveLength(1);
  expect(inside(whole).filter(({ name }) => name === 'aten::conv2d')).toHaveLength(2);

  const backward = recorded.operators.filter(
    ({ isBackward, name }) => isBackward && name === 'ConvolutionBackward0',
  );
  expect(backward).toHaveLength(2);
  const sequenceOf = (module: typeof first) =>
    inside(module).find(({ name }) => name === 'aten::convolution')?.sequence;
  expect(backward.map(({ sequence }) => sequence)).toEqual([sequenceOf(second), sequenceOf(first)]);
  for (const { start, end } of recorded.operators) {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(recorded.duration);
  }
});

test('on a device that measures, every operator has its time there, by the number of its call', () => {
  const model = net();
  const calls = () =>
    native()
      .profileStop()
      .map((row) => row.at(-1));
  native().profileStart();
  tidy(() => randn([2, 2]).add(1));
  const numbers = calls();
  expect(numbers.length).toBeGreaterThan(1);
  expect(new Set(numbers).size).toBe(numbers.length);

  const order: string[] = [];
  const device = {
    startProfile: () => void order.push('start'),
    stopProfile: () => {
      order.push('stop');
      const times = new Map<number, number>();
      // Of the calls that come next, one in two.
      for (let call = 0; call < 1e5; call += 2) times.set(call, 3 + call);
      return times;
    },
  };
  const { profile: recorded } = profile(
    model,
    () => tidy(() => model.call(randn([1, 1, 8, 8])).numel),
    device,
  );
  const times = recorded.operators.map(({ onDevice }) => onDevice);
  expect(order).toEqual(['start', 'stop']);
  expect(times).toContain(0);
  expect(times.some((time) => time !== null && time > 3)).toBe(true);
  expect(profile(model, () => undefined).profile.operators.every(({ onDevice }) => onDevice === null)).toBe(
    true,
  );
});

test('casts made by autocast are recorded too', () => {
  const model = net();
  const x = randn([1, 1, 8, 8]);
  const { profile: recorded } = profile(model, () =>
    tidy(() => autocast({ dtype: 'bfloat16' }, () => model.call(x)).dtype),
  );
  expect(recorded.operators.some(({ name }) => name === 'aten::to' || name === 'aten::_to_copy')).toBe(true);
});

test('nothing is left behind by an error, and profiles do not nest', () => {
  const model = net();
  const fail = () =>
    profile(model, () => {
      throw new RangeError('on purpose');
    });
  expect(fail).toThrow('on purpose');
  expect(() => profile(model, () => profile(model, () => 1))).toThrow('a profile is under way');
  expect(() => native().profileStop()).toThrow('no profile is under way');
  expect(profile(model, () => tidy(() => randn([2]).sum().item())).profile.operators.length).toBeGreaterThan(
    1,
  );
});
