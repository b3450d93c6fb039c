// Where libtorch has no MKL, float32 matrices are multiplied through oneDNN: whatever the layout, the result must be that of
// float64 up to rounding, and everything else must still be libtorch's.
import { expect, test } from 'vitest';
import { dispatch, randn, type Tensor, tidy, zeros } from './index.ts';

const LAYOUTS: Record<string, (rows: number, columns: number) => Tensor> = {
  dense: (rows, columns) => randn([rows, columns]),
  transposed: (rows, columns) => randn([columns, rows]).transpose(0, 1),
  'part of wider rows': (rows, columns) => randn([rows, columns + 5]).narrow(1, 3, columns),
  'every second column': (rows, columns) => randn([rows, 2 * columns]).slice(1, 0, 2 * columns, 2),
  'one row for all': (rows, columns) => dispatch('expand', randn([1, columns]), [rows, columns]),
};
/** [rows, inner, columns]: below and above the size from which oneDNN is asked, long and narrow ones too. */
const SIZES = [
  [3, 4, 5],
  [1, 700, 400],
  [96, 5000, 33],
  [1031, 65, 47],
] as const;

/** Largest difference by the largest sum of absolute products: the result itself may be small by cancellation. */
function error(ours: Tensor, exact: Tensor, a: Tensor, b: Tensor): number {
  const scale = dispatch('mm', a.abs(), b.abs()).max().item();
  return ours.to('float64').sub(exact).abs().max().item() / scale;
}

for (const [left, makeLeft] of Object.entries(LAYOUTS)) {
  for (const [right, makeRight] of Object.entries(LAYOUTS)) {
    test(`${left} by ${right}`, () => {
      for (const [rows, inner, columns] of SIZES) {
        tidy(() => {
          const [a, b, bias] = [makeLeft(rows, inner), makeRight(inner, columns), randn([columns])];
          const [a64, b64, bias64] = [a, b, bias].map((t) => t.to('float64')) as [Tensor, Tensor, Tensor];
          const product = dispatch('mm', a, b);
          expect(product.shape).toEqual([rows, columns]);
          expect(error(product, dispatch('mm', a64, b64), a64, b64)).toBeLessThan(1e-6);
          const added = dispatch('addmm', bias, a, b, 1, 1);
          expect(error(added, dispatch('addmm', bias64, a64, b64, 1, 1), a64, b64)).toBeLessThan(1e-6);
        });
      }
    });
  }
}

test('factors, matrices to add, other types and wrong shapes stay with libtorch', () => {
  tidy(() => {
    const [a, b, c] = [randn([300, 70]), randn([70, 90]), randn([300, 90])];
    const [a64, b64] = [a.to('float64'), b.to('float64')];
    const exact = c
      .to('float64')
      .mul(0.5)
      .add(dispatch('mm', a64, b64).mul(2));
    expect(error(dispatch('addmm', c, a, b, 0.5, 2), exact, a64, b64)).toBeLessThan(1e-6);
    expect(dispatch('mm', a64, b64).dtype).toBe('float64');
    expect(dispatch('mm', a.to('bfloat16'), b.to('bfloat16')).dtype).toBe('bfloat16');
  });
  expect(dispatch('mm', zeros([0, 3]), zeros([3, 4])).shape).toEqual([0, 4]);
  expect(() => dispatch('mm', zeros([300, 300]), zeros([301, 300]))).toThrow(/cannot be multiplied/);
  expect(() => dispatch('addmm', zeros([7]), zeros([300, 300]), zeros([300, 300]), 1, 1)).toThrow(/size/);
});
