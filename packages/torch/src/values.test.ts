import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { arange, fromTypedArray, ones, tensor } from './create.ts';
import { type DType, dtypeInfo } from './dtype.ts';

test('shape, strides, sizes and memory format', () => {
  const t = ones([2, 3, 4, 5]);
  expect([t.shape, t.strides, t.ndim, t.numel]).toEqual([[2, 3, 4, 5], [60, 20, 5, 1], 4, 120]);
  expect([t.size(0), t.size(-1), t.dtype, t.device]).toEqual([2, 5, 'float32', 'cpu']);
  expect([t.isContiguous(), t.isContiguous('channelsLast')]).toEqual([true, false]);
  const last = t.contiguous('channelsLast');
  expect([last.isContiguous(), last.isContiguous('channelsLast')]).toEqual([false, true]);
  expect(() => t.size(4)).toThrow(/dimension 4/);
});

test('values come out in C order whatever the memory order', () => {
  const t = arange(6).reshape([2, 3]);
  expect(t.toArray()).toEqual([
    [0n, 1n, 2n],
    [3n, 4n, 5n],
  ]);
  expect(t.t().toArray()).toEqual([
    [0n, 3n],
    [1n, 4n],
    [2n, 5n],
  ]);
  expect([...t.t().toFloat32Array()]).toEqual([0, 3, 1, 4, 2, 5]);
  expect(ones([0, 3]).toArray()).toEqual([]);
  expect(tensor(2.5).toArray()).toBe(2.5);
  expect(tensor([true, false]).toArray()).toEqual([true, false]);
});

test('half-precision values are shown as numbers', () => {
  expect(tensor([1.5, -2]).to('bfloat16').toArray()).toEqual([1.5, -2]);
  expect([...tensor([1.5, -2]).to('float16').toFloat32Array()]).toEqual([1.5, -2]);
});

test.each(['uint8', 'int8', 'int16', 'int32', 'int64', 'float32', 'float64'] as DType[])(
  '%s crosses in both directions',
  (dtype) => {
    const values = tensor([0, 1, 100], { dtype }).toTypedArray();
    expect(values).toEqual(dtypeInfo(dtype).view(values.buffer as ArrayBuffer));
    expect(Array.from(values, Number)).toEqual([0, 1, 100]);
    expect(Array.from(fromTypedArray(values).toTypedArray(), Number)).toEqual([0, 1, 100]);
  },
);

test('toTypedArray copies, memory() shares', () => {
  const t = ones([3]);
  t.toTypedArray()[0] = 9;
  expect(t.toArray()).toEqual([1, 1, 1]);
  const shared = t.memory();
  shared[0] = 9;
  expect(t.toArray()).toEqual([9, 1, 1]);
  t.fill_(4);
  expect(shared[2]).toBe(4);
  t.dispose();
  expect(shared[2]).toBe(4);
});

test('a tensor made from a typed array does not share its memory', () => {
  const data = Float32Array.of(1, 2);
  const t = fromTypedArray(data);
  data[0] = 9;
  expect(t.toArray()).toEqual([1, 2]);
});

test('a view of a larger buffer is read from where it starts', () => {
  const data = new Float32Array([0, 1, 2, 3]).subarray(1, 3);
  expect(fromTypedArray(data).toArray()).toEqual([1, 2]);
});

test('gradients accumulate in leaves and can be replaced', () => {
  const w = tensor([1, 2], { requiresGrad: true });
  expect([w.requiresGrad, w.isLeaf, w.grad, w.mul(2).isLeaf]).toEqual([true, true, null, false]);
  w.mul(3).sum().backward();
  w.mul(3).sum().backward();
  expect(w.grad?.toArray()).toEqual([6, 6]);
  w.grad = tensor([5, 5]);
  expect(w.grad?.toArray()).toEqual([5, 5]);
  w.grad = null;
  expect(w.grad).toBeNull();
  w.requiresGrad = false;
  expect(w.requiresGrad).toBe(false);
});

test('what is printed tells dtype, shape and few values', () => {
  expect(String(ones([2, 3]))).toBe('float32[2, 3]');
  expect(inspect(tensor([1, 2]))).toBe('float32[2] [1,2]');
  expect(inspect(ones([101]))).toBe('float32[101]');
  const gone = ones([1]);
  gone.dispose();
  expect(inspect(gone)).toBe('Tensor(disposed)');
});
