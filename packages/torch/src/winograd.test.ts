// Convolutions by Winograd's algorithm: the result and the gradients must be those of float64 up to rounding, and all that
// the algorithm is not made for must be exactly libtorch's.
import { needs } from '@radweave/testkit';
import { afterEach, expect } from 'vitest';
import {
  autocast,
  cpuFlags,
  dispatch,
  getNumThreads,
  hasWinograd,
  noGrad,
  randn,
  setNumThreads,
  type Tensor,
  tidy,
  winograd,
  zeros,
} from './index.ts';

interface Case {
  batch: number;
  channels: [number, number];
  size: [number, number];
  kernel: [number, number];
  stride: number;
  padding: number;
  layout: 'channelsLast' | 'contiguous';
}

const base: Case = {
  batch: 4,
  channels: [64, 64],
  size: [56, 56],
  kernel: [3, 3],
  stride: 1,
  padding: 1,
  layout: 'channelsLast',
};
const CASES: Record<string, Case> = {
  'a residual block': base,
  'more channels out than in': { ...base, channels: [32, 128], size: [28, 28] },
  'sizes that tiles of 4 do not fill': { ...base, batch: 16, channels: [48, 16], size: [7, 13] },
  'no padding': { ...base, size: [30, 18], padding: 0 },
  'NCHW memory': { ...base, layout: 'contiguous', size: [20, 20] },
  'the last block of a ResNet': { ...base, batch: 16, channels: [512, 512], size: [7, 7] },
};

/** Of no Winograd kind, computed by other means where those are faster than libtorch's. */
const OTHERS: Record<string, Case> = {
  'a stride': { ...base, channels: [32, 64], stride: 2 },
  'a stride that leaves a rest': {
    ...base,
    batch: 16,
    channels: [48, 16],
    size: [15, 12],
    stride: 2,
    padding: 0,
  },
  'a stride in NCHW memory': { ...base, layout: 'contiguous', size: [40, 40], stride: 2 },
  'a stride of 3': { ...base, channels: [16, 32], kernel: [5, 2], stride: 3, padding: 1 },
  'a stride wider than the kernel': { ...base, channels: [16, 32], kernel: [2, 2], stride: 3, padding: 0 },
  'patches of an image': {
    ...base,
    channels: [16, 96],
    size: [64, 64],
    kernel: [4, 4],
    stride: 4,
    padding: 0,
  },
  'one pixel with a stride': { ...base, kernel: [1, 1], stride: 2, padding: 0 },
  'one pixel': { ...base, channels: [48, 32], kernel: [1, 1], padding: 0 },
  'one pixel in NCHW memory': { ...base, layout: 'contiguous', kernel: [1, 1], padding: 0 },
  'a large kernel': { ...base, channels: [16, 32], size: [20, 33], kernel: [7, 5], padding: 3 },
};

const conv = (x: Tensor, w: Tensor, b: Tensor | null, padding: number, stride = 1) =>
  dispatch('conv2d', x, w, b, [stride, stride], [padding, padding], [1, 1], 1);

function leaf(t: Tensor): Tensor {
  const own = t.detach().clone();
  own.requiresGrad = true;
  return own;
}

/** Output and the gradients of input, weight and bias. */
function allOf(x: Tensor, w: Tensor, b: Tensor, { padding, stride }: Case, seed: Tensor): Tensor[] {
  const leaves = [x, w, b].map(leaf) as [Tensor, Tensor, Tensor];
  const y = conv(...leaves, padding, stride);
  y.mul(seed).sum().backward();
  return [y.detach(), ...leaves.map((t) => t.grad as Tensor)];
}

/** Largest difference. */
const distance = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();

/** Largest difference by the largest value. */
const error = (ours: Tensor, exact: Tensor): number =>
  distance(ours.to('float64'), exact) / exact.abs().max().item();

function draw({ batch, channels: [cin, cout], size, kernel, stride, padding, layout }: Case) {
  const outer = ([0, 1] as const).map(
    (side) => Math.floor((size[side] + 2 * padding - kernel[side]) / stride) + 1,
  );
  return {
    x: randn([batch, cin, ...size]).contiguous(layout),
    w: randn([cout, cin, ...kernel]).contiguous(layout),
    b: randn([cout]),
    seed: randn([batch, cout, ...outer]).contiguous(layout),
  };
}

needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')('only inside of its scope', () => {
  tidy(() => {
    const { x, w } = draw(base);
    const before = conv(x, w, null, 1);
    const inside = winograd(() => conv(x, w, null, 1));
    expect(distance(before, inside)).toBeGreaterThan(0);
    expect(distance(conv(x, w, null, 1), before)).toBe(0);
  });
});

/** @param isChanged whether the result must differ from libtorch's in its last digits. */
function isExact(shape: Case, isChanged: boolean): void {
  tidy(() => {
    const { x, w, b, seed } = draw(shape);
    const exact = allOf(
      ...([x, w, b].map((t) => t.to('float64')) as [Tensor, Tensor, Tensor]),
      shape,
      seed.to('float64'),
    );
    const direct = allOf(x, w, b, shape, seed);
    const ours = winograd(() => allOf(x, w, b, shape, seed));
    ours.forEach((t, i) => {
      expect(t.shape).toEqual(exact[i]?.shape);
      expect(t.isContiguous(shape.layout)).toBe((direct[i] as Tensor).isContiguous(shape.layout));
      expect(error(t, exact[i] as Tensor), `result ${i}`).toBeLessThan(1e-5);
    });
    if (isChanged) expect(distance(ours[0] as Tensor, direct[0] as Tensor)).toBeGreaterThan(0);
  });
}

for (const [name, shape] of Object.entries(CASES)) {
  needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')(
    `${name}: results and gradients are exact up to rounding`,
    () => {
      isExact(shape, true);
    },
  );
}

for (const [name, shape] of Object.entries(OTHERS)) {
  needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')(
    `${name}: results and gradients are exact up to rounding`,
    () => {
      isExact(shape, false);
    },
  );
}

needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')(
  'the stem of a network for one channel, whose input has no gradient',
  () => {
    tidy(() => {
      const x = randn([4, 1, 64, 64]).contiguous('channelsLast');
      const w = randn([64, 1, 7, 7]);
      const gradient = (image: Tensor, weights: Tensor): Tensor => {
        const own = leaf(weights);
        conv(image, own, null, 3, 2).mul(0.5).sum().backward();
        return own.grad as Tensor;
      };
      const exact = [x, w].map((t) => t.to('float64')) as [Tensor, Tensor];
      expect(
        error(
          winograd(() => gradient(x, w)),
          gradient(...exact),
        ),
      ).toBeLessThan(1e-5);
      expect(
        error(
          winograd(() => conv(x, w, null, 3, 2)),
          conv(...exact, null, 3, 2),
        ),
      ).toBeLessThan(1e-5);
    });
  },
);

needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')('the same numbers every time', () => {
  tidy(() => {
    const { x, w, b, seed } = draw(base);
    const once = winograd(() => allOf(x, w, b, base, seed));
    const again = winograd(() => allOf(x, w, b, base, seed));
    once.forEach((t, i) => {
      expect(distance(t, again[i] as Tensor)).toBe(0);
    });
  });
});

const hasOwnKernels = hasWinograd() && !cpuFlags()?.includes('avx512f');
const threads = getNumThreads();
afterEach(() => setNumThreads(threads));

for (const [name, shape] of [...Object.entries(CASES), ...Object.entries(OTHERS)]) {
  needs(hasOwnKernels, 'a CPU without AVX-512: with it oneDNN computes')(
    `${name}: the same numbers with one thread`,
    () => {
      tidy(() => {
        const { x, w, b, seed } = draw(shape);
        const together = winograd(() => allOf(x, w, b, shape, seed));
        setNumThreads(1);
        const alone = winograd(() => allOf(x, w, b, shape, seed));
        // The gradient of the bias is a sum of libtorch's; of 1×1 convolutions only the gradient of the weights is ours.
        const ours = shape.kernel[0] === 1 ? [2] : [0, 1, 2];
        for (const i of ours) expect(distance(alone[i] as Tensor, together[i] as Tensor)).toBe(0);
      });
    },
  );
}

needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')(
  'memory with gaps, and a gradient that is one number for all',
  () => {
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
  },
);

needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')(
  'frozen weights, frozen inputs and no gradients at all',
  () => {
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
  },
);

needs(hasWinograd(), 'Linux and an x86 CPU with AVX2')(
  'what it is not made for stays with libtorch, to the last bit',
  () => {
    const both = (name: string, compute: () => Tensor) => {
      tidy(() => {
        const ours = winograd(compute);
        expect(ours.to('float64').sub(compute().to('float64')).abs().max().item(), name).toBe(0);
      });
    };
    tidy(() => {
      const { x, w, b } = draw(base);
      const unlike = (padding: number, dilation: number, groups = 1, weight = w) =>
        dispatch('conv2d', x, weight, b, [1, 1], [padding, padding], [dilation, dilation], groups);
      both('dilation', () => unlike(2, 2));
      both('padding 2', () => unlike(2, 1));
      both('groups', () => unlike(1, 1, 2, w.narrow(1, 0, 32)));
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
  },
);

needs(!hasWinograd(), 'a machine without Winograd convolutions')('says what is missing', () => {
  expect(() => winograd(() => zeros([1]))).toThrow(/AVX2/);
});
