// The engine multiplies batches of float32 matrices by itself where libtorch has no MKL: whatever the layout, the result must
// be that of matrix by matrix, and everything else must still be libtorch's.
import { expect, test } from 'vitest';
import { nn, profile, randn, type Tensor, tidy, zeros } from './index.ts';
import { dispatch } from './tensor.ts';

const LAYOUTS: Record<string, (batch: number, rows: number, columns: number) => Tensor> = {
  dense: (batch, rows, columns) => randn([batch, rows, columns]),
  transposed: (batch, rows, columns) => dispatch('transpose.int', randn([batch, columns, rows]), 1, 2),
  'heads in the middle': (batch, rows, columns) =>
    dispatch('permute', randn([rows, batch, columns]), [1, 0, 2]),
  'every second column': (batch, rows, columns) =>
    dispatch('slice.Tensor', randn([batch, rows, 2 * columns]), 2, 0, 2 * columns, 2),
  'one matrix for all': (batch, rows, columns) =>
    dispatch('expand', randn([1, rows, columns]), [batch, rows, columns]),
};

function eachByItself(a: Tensor, b: Tensor): Tensor {
  const one = (t: Tensor, i: number) => dispatch('select.int', t, 0, i);
  return dispatch(
    'stack',
    Array.from({ length: a.shape[0] ?? 0 }, (_, i) => dispatch('mm', one(a, i), one(b, i))),
    0,
  );
}

function difference(a: Tensor, b: Tensor): number {
  return a.sub(b).abs().max().item();
}

for (const [left, makeLeft] of Object.entries(LAYOUTS)) {
  for (const [right, makeRight] of Object.entries(LAYOUTS)) {
    test(`${left} by ${right}`, () => {
      for (const [batch, rows, inner, columns] of [
        [2, 1, 1, 1],
        [3, 5, 1, 4],
        [7, 1, 6, 1],
        [5, 49, 32, 49],
        [97, 13, 21, 9],
      ] as const) {
        tidy(() => {
          const a = makeLeft(batch, rows, inner);
          const b = makeRight(batch, inner, columns);
          const product = dispatch('bmm', a, b);
          expect(product.shape).toEqual([batch, rows, columns]);
          expect(difference(product, eachByItself(a, b))).toBeLessThan(1e-5);
        });
      }
    });
  }
}

test('small matrices do not pass the dispatcher one by one', () => {
  const { profile: recorded } = profile(new nn.Identity(), () =>
    tidy(() => {
      dispatch('bmm', randn([64, 49, 32]), randn([64, 32, 49]));
    }),
  );
  const names = recorded.operators.map(({ name }) => name);
  expect(names).toContain('aten::bmm');
  expect(names.filter((name) => ['aten::select', 'aten::mm', 'aten::addmm'].includes(name))).toEqual([]);
});

test('gradients are those of the same products one by one', () => {
  const leaf = (shape: number[]) => {
    const t = randn(shape);
    t.requiresGrad = true;
    return t;
  };
  const [a, b] = [leaf([6, 11, 8]), leaf([6, 8, 5])];
  const [c, d] = [a.detach().clone(), b.detach().clone()];
  for (const t of [c, d]) t.requiresGrad = true;
  const weight = randn([6, 11, 5]);
  dispatch('bmm', a, b).mul(weight).sum().backward();
  eachByItself(c, d).mul(weight).sum().backward();
  for (const [ours, theirs] of [
    [a, c],
    [b, d],
  ] as const) {
    expect(difference(ours.grad as Tensor, theirs.grad as Tensor)).toBeLessThan(1e-5);
  }
});

test('empty batches, other types and wrong shapes stay with libtorch', () => {
  expect(dispatch('bmm', zeros([0, 3, 4]), zeros([0, 4, 5])).shape).toEqual([0, 3, 5]);
  expect(dispatch('bmm', zeros([2, 3, 0]), zeros([2, 0, 5])).toFloat32Array()).toEqual(new Float32Array(30));
  for (const dtype of ['float64', 'bfloat16', 'int64'] as const) {
    const a = randn([4, 3, 8]).mul(4).to(dtype);
    const b = randn([4, 8, 2]).mul(4).to(dtype);
    const product = dispatch('bmm', a, b);
    expect(product.dtype).toBe(dtype);
    const exact = eachByItself(a.to('float64'), b.to('float64'));
    const scale = exact.abs().max().item();
    expect(difference(product.to('float64'), exact)).toBeLessThan(dtype === 'bfloat16' ? 0.01 * scale : 1e-9);
  }
  expect(() => dispatch('bmm', zeros([2, 3, 4]), zeros([2, 3, 4]))).toThrow(/Expected size/);
  expect(() => dispatch('bmm', zeros([2, 3, 4]), zeros([3, 4, 5]))).toThrow(/Expected size/);
  expect(() => dispatch('bmm', zeros([2, 3, 4]), zeros([2, 4, 5]).to('float64'))).toThrow(/dtype|type/);
});
