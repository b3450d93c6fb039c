// Convolutions by Winograd's algorithm: the result and the gradients must be those of float64 up to rounding, and all that
// the algorithm is not made for must be exactly libtorch's.
import { expect, test } from 'vitest';
import {
  autocast,
  dispatch,
  hasWinograd,
  noGrad,
  randn,
  type Tensor,
  tidy,
  winograd,
  zeros,
} from './index.ts';

interface Case {
  batch: number;
  channels: [number, number];
  size: [number, number];
  padding: number;
  layout: 'channelsLast' | 'contiguous';
}

const base: Case = { batch: 4, channels: [64, 64], size: [56, 56], padding: 1, layout: 'channelsLast' };
const CASES: Record<string, Case> = {
  'a residual block': base,
  'more channels out than in': { ...base, channels: [32, 128], size: [28, 28] },
  'sizes that tiles of 4 do not fill': { ...base, batch: 16, channels: [48, 16], size: [7, 13] },
  'no padding': { ...base, size: [30, 18], padding: 0 },
  'NCHW memory': { ...base, layout: 'contiguous', size: [20, 20] },
  'the last block of a ResNet': { ...base, batch: 16, channels: [512, 512], size: [7, 7] },
};

const conv = (x: Tensor, w: Tensor, b: Tensor | null, padding: number) =>
  dispatch('conv2d', x, w, b, [1, 1], [padding, padding], [1, 1], 1);

function leaf(t: Tensor): Tensor {
  const own = t.detach().clone();
  own.requiresGrad = true;
  return own;
}

/** Output and the gradients of input, weight and bias. */
function allOf(x: Tensor, w: Tensor, b: Tensor, padding: number, seed: Tensor): Tensor[] {
  const leaves = [x, w, b].map(leaf) as [Tensor, Tensor, Tensor];
  const y = conv(...leaves, padding);
  y.mul(seed).sum().backward();
  return [y.detach(), ...leaves.map((t) => t.grad as Tensor)];
}

/** Largest difference by the largest value. */
function error(ours: Tensor, exact: Tensor): number {
  return ours.to('float64').sub(exact).abs().max().item() / exact.abs().max().item();
}

function draw({ batch, channels: [cin, cout], size: [height, width], padding, layout }: Case) {
  const outer = (side: number) => side + 2 * padding - 2;
  return {
    x: randn([batch, cin, height, width]).contiguous(layout),
    w: randn([cout, cin, 3, 3]).contiguous(layout),
    b: randn([cout]),
    seed: randn([batch, cout, outer(height), outer(width)]).contiguous(layout),
  };
}

test.skipIf(!hasWinograd())('only inside of its scope', () => {
  tidy(() => {
    const { x, w } = draw(base);
    const before = conv(x, w, null, 1);
    const inside = winograd(() => conv(x, w, null, 1));
    expect(before.sub(inside).abs().max().item()).toBeGreaterThan(0);
    expect(conv(x, w, null, 1).sub(before).abs().max().item()).toBe(0);
  });
});

for (const [name, shape] of Object.entries(CASES)) {
  test.skipIf(!hasWinograd())(`${name}: results and gradients are exact up to rounding`, () => {
    tidy(() => {
      const { x, w, b, seed } = draw(shape);
      const exact = allOf(
        ...([x, w, b].map((t) => t.to('float64')) as [Tensor, Tensor, Tensor]),
        shape.padding,
        seed.to('float64'),
      );
      const direct = allOf(x, w, b, shape.padding, seed);
      const ours = winograd(() => allOf(x, w, b, shape.padding, seed));
      ours.forEach((t, i) => {
        expect(t.shape).toEqual(exact[i]?.shape);
        expect(t.isContiguous(shape.layout)).toBe((direct[i] as Tensor).isContiguous(shape.layout));
        expect(error(t, exact[i] as Tensor)).toBeLessThan(1e-5);
      });
      expect(
        (ours[0] as Tensor)
          .sub(direct[0] as Tensor)
          .abs()
          .max()
          .item(),
      ).toBeGreaterThan(0);
    });
  });
}

test.skipIf(!hasWinograd())('the same numbers every time', () => {
  tidy(() => {
    const { x, w, b, seed } = draw(base);
    const once = winograd(() => allOf(x, w, b, 1, seed));
    const again = winograd(() => allOf(x, w, b, 1, seed));
    once.forEach((t, i) => {
      expect(
        t
          .sub(again[i] as Tensor)
          .abs()
          .max()
          .item(),
      ).toBe(0);
    });
  });
});

test.skipIf(!hasWinograd())('memory with gaps, and a gradient that is one number for all', () => {
  const all = (x: Tensor, w: Tensor): Tensor[] => {
    const [whole, weights] = [leaf(x), leaf(w)];
    const y = conv(whole.narrow(3, 2, 28).narrow(1, 32, 64), weights.narrow(1, 64, 64), null, 1);
    y.sum().backward();
    return [y.detach(), whole.grad as Tensor, weights.grad as Tensor];
  };
  tidy(() => {
    const { x, w } = draw({ ...base, channels: [128, 64], size: [30, 60] });
    const exact = all(x.to('float64'), w.to('float64'));
    winograd(() => all(x, w)).forEach((t, i) => {
      expect(error(t, exact[i] as Tensor)).toBeLessThan(1e-5);
    });
  });
});

test.skipIf(!hasWinograd())('frozen weights, frozen inputs and no gradients at all', () => {
  tidy(() => {
    const { x, w } = draw(base);
    const movable = leaf(w);
    const fixed = leaf(x);
    winograd(() => {
      conv(x, movable, null, 1).sum().backward();
      conv(fixed, w, null, 1).sum().backward();
      expect(noGrad(() => conv(fixed, movable, null, 1).requiresGrad)).toBe(false);
    });
    const [x64, w64] = [leaf(x.to('float64')), leaf(w.to('float64'))];
    conv(x64, w64, null, 1).sum().backward();
    expect(error(movable.grad as Tensor, w64.grad as Tensor)).toBeLessThan(1e-5);
    expect(error(fixed.grad as Tensor, x64.grad as Tensor)).toBeLessThan(1e-5);
  });
});

test.skipIf(!hasWinograd())('what it is not made for stays with libtorch, to the last bit', () => {
  const both = (name: string, compute: () => Tensor) => {
    tidy(() => {
      const ours = winograd(compute);
      expect(ours.to('float64').sub(compute().to('float64')).abs().max().item(), name).toBe(0);
    });
  };
  tidy(() => {
    const { x, w, b } = draw(base);
    const strided = (stride: number, padding: number, dilation: number, groups = 1, weight = w) =>
      dispatch('conv2d', x, weight, b, [stride, stride], [padding, padding], [dilation, dilation], groups);
    both('stride 2', () => strided(2, 1, 1));
    both('dilation', () => strided(1, 2, 2));
    both('padding 2', () => strided(1, 2, 1));
    both('groups', () => strided(1, 1, 1, 2, w.narrow(1, 0, 32)));
    both('1×1', () => conv(x, w.narrow(2, 0, 1).narrow(3, 0, 1), b, 0));
    both('float64', () => conv(x.to('float64'), w.to('float64'), null, 1));
    both('bfloat16', () => autocast({}, () => conv(x, w, null, 1)));
    both('one slice of few tiles', () =>
      conv(x.narrow(0, 0, 1).narrow(2, 0, 16).narrow(3, 0, 16), w, null, 1),
    );
  });
  expect(() => winograd(() => conv(zeros([2, 16, 64, 64]), zeros([16, 32, 3, 3]), null, 1))).toThrow(
    /channels/,
  );
  expect(winograd(() => conv(zeros([0, 16, 64, 64]), zeros([16, 16, 3, 3]), null, 1)).shape).toEqual([
    0, 16, 64, 64,
  ]);
});

test.skipIf(hasWinograd())('says what is missing', () => {
  expect(() => winograd(() => zeros([1]))).toThrow(/AVX2/);
});
