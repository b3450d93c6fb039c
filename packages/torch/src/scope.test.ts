import { expect, test } from 'vitest';
import { autocast, enableGrad, inferenceMode, isGradEnabled, noGrad } from './autograd.ts';
import { ones, zeros } from './create.ts';
import { memoryStats } from './runtime.ts';
import { tidy } from './scope.ts';
import type { Tensor } from './tensor.ts';

const live = (): number => memoryStats().tensors;

test('a scope frees everything but its result', () => {
  const before = live();
  const result = tidy(() => ones([4]).add(1).mul(3));
  expect(live()).toBe(before + 1);
  expect(result.toArray()).toEqual([6, 6, 6, 6]);
  result.dispose();
  expect(live()).toBe(before);
});

test('a scope frees everything when its body throws, and scopes outside go on', () => {
  const before = live();
  tidy(() => {
    const outer = ones([2]);
    expect(() =>
      tidy(() => {
        ones([3]).add(outer); // [3] and [2] do not broadcast
      }),
    ).toThrow();
    expect(live()).toBe(before + 1);
    expect(outer.add(1).toArray()).toEqual([2, 2]);
  });
  expect(live()).toBe(before);
});

test('results in arrays, objects and maps survive', () => {
  const before = live();
  const result = tidy(() => ({
    list: [ones([1]), [zeros([1])]] as const,
    map: new Map([['x', ones([2])]]),
    plain: 'text',
    temporary: ones([9]).sum().item(),
  }));
  expect(live()).toBe(before + 3);
  const [first, [second]] = result.list;
  expect([first.item(), second.item(), result.map.get('x')?.numel]).toEqual([1, 0, 2]);
  for (const t of [first, second, result.map.get('x')]) t?.dispose();
});

test('a result that is made outside the scope is not freed', () => {
  const outside = ones([2]);
  expect(tidy(() => outside)).toBe(outside);
  expect(outside.isDisposed).toBe(false);
  outside.dispose();
});

test('a result moves to the scope outside and is freed with it', () => {
  const before = live();
  let inner: Tensor | undefined;
  tidy(() => {
    inner = tidy(() => ones([2]).add(1));
    expect(inner.isDisposed).toBe(false);
  });
  expect(inner?.isDisposed).toBe(true);
  expect(live()).toBe(before);
});

test('an async body is refused and what it made is freed', () => {
  const before = live();
  expect(() => tidy(async () => ones([2]))).toThrow(/synchronous/);
  expect(live()).toBe(before);
  for (const mode of [noGrad, enableGrad, inferenceMode]) {
    expect(() => mode(async () => 1)).toThrow(/synchronous/);
  }
  expect(() => autocast({}, async () => 1)).toThrow(/synchronous/);
  expect(isGradEnabled()).toBe(true);
});

test('keep() outlives every scope', () => {
  const kept = tidy(() => tidy(() => [ones([2]).keep()]).at(0));
  expect(kept?.toArray()).toEqual([1, 1]);
  kept?.dispose();
  expect(kept?.isDisposed).toBe(true);
});

test('what autograd saved outlives its scope', () => {
  const w = ones([3], { requiresGrad: true });
  const loss = tidy(() => w.mul(2).exp().sum());
  loss.backward();
  expect(
    w.grad
      ?.sub(2 * Math.exp(2))
      .abs()
      .max()
      .item(),
  ).toBeLessThan(1e-5);
});

test('gradient modes nest and are restored on a throw', () => {
  const w = ones([1], { requiresGrad: true });
  noGrad(() => {
    expect(w.mul(2).requiresGrad).toBe(false);
    enableGrad(() => expect(w.mul(2).requiresGrad).toBe(true));
    inferenceMode(() => expect(isGradEnabled()).toBe(false));
    expect(() =>
      enableGrad(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(isGradEnabled()).toBe(false);
  });
  expect(isGradEnabled()).toBe(true);
  expect(inferenceMode(() => w.mul(2)).requiresGrad).toBe(false);
});

test('autocast nests, can be switched off inside and is restored on a throw', () => {
  const m = ones([2, 2]);
  const dtype = (): string => tidy(() => m.mm(m).dtype);
  autocast({}, () => {
    expect(dtype()).toBe('bfloat16');
    autocast({ enabled: false }, () => expect(dtype()).toBe('float32'));
    expect(dtype()).toBe('bfloat16');
    expect(() => autocast({ enabled: false }, () => m.mm(ones([5, 5])))).toThrow(/mm/);
    expect(dtype()).toBe('bfloat16');
  });
  expect(dtype()).toBe('float32');
});
