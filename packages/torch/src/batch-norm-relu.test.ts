// Batch norm, addition and ReLU in one operator: results, gradients and running statistics must be those of float64 up to
// rounding, whatever the shape and the number of threads.
import { afterEach, expect, test } from 'vitest';
import { F, getNumThreads, nn, profile, randn, setNumThreads, type Tensor, tidy } from './index.ts';

const threads = getNumThreads();
afterEach(() => setNumThreads(threads));

/** [N, C, H, W]: one chunk of rows; several; more than there are groups; channels that fill no vector; few rows. */
const SHAPES = [
  [2, 3, 5, 5],
  [8, 64, 28, 28],
  [32, 16, 64, 64],
  [5, 37, 19, 23],
  [3, 2048, 2, 1],
] as const;

function leaf(t: Tensor): Tensor {
  const own = t.detach().clone();
  own.requiresGrad = true;
  return own;
}

interface Inputs {
  x: Tensor;
  added: Tensor | null;
  weight: Tensor;
  bias: Tensor;
  mean: Tensor;
  variance: Tensor;
  seed: Tensor;
}

/** Output, gradients of all that have one, and the running statistics afterwards. */
function allOf(inputs: Inputs): Tensor[] {
  const [x, weight, bias] = [inputs.x, inputs.weight, inputs.bias].map(leaf) as [Tensor, Tensor, Tensor];
  const added = inputs.added === null ? null : leaf(inputs.added);
  const [mean, variance] = [inputs.mean.clone(), inputs.variance.clone()];
  const y = F.batchNormRelu(x, added, { weight, bias, mean, variance }, { training: true });
  y.mul(inputs.seed).sum().backward();
  const gradients = [x, weight, bias, ...(added === null ? [] : [added])].map(({ grad }) => grad as Tensor);
  return [y.detach(), ...gradients, mean, variance];
}

function draw(shape: readonly number[], isAdded: boolean, dtype: 'float32' | 'bfloat16' = 'float32'): Inputs {
  const channels = shape[1] as number;
  const image = () => randn(shape).contiguous('channelsLast').to(dtype);
  const inputs = {
    x: image().mul(3).add(7),
    added: isAdded ? image() : null,
    weight: randn([channels]),
    bias: randn([channels]),
    mean: randn([channels]),
    variance: randn([channels]).abs(),
    seed: image(),
  };
  // Rounding decides on which side of 0 a sum near it lies, and with that the whole gradient: such elements get none.
  const { x, added, weight, bias, mean, variance } = inFloat64(inputs);
  const normed = F.batchNorm(x, { weight, bias, mean, variance }, { training: true });
  const isClear = (added === null ? normed : normed.add(added)).abs().ge(1e-4);
  return { ...inputs, seed: inputs.seed.mul(isClear.to(dtype)) };
}

const inFloat64 = (inputs: Inputs): Inputs =>
  Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, t?.to('float64') ?? null])) as never;

/** Largest difference by the largest value. */
function error(ours: Tensor, exact: Tensor): number {
  return ours.to('float64').sub(exact).abs().max().item() / exact.abs().max().item();
}

for (const isAdded of [false, true]) {
  for (const shape of SHAPES) {
    test(`[${shape}] ${isAdded ? 'with' : 'without'} a shortcut`, () => {
      tidy(() => {
        const inputs = draw(shape, isAdded);
        const exact = allOf(inFloat64(inputs));
        const ours = allOf(inputs);
        for (const [i, t] of ours.entries())
          expect(error(t, exact[i] as Tensor), `result ${i}`).toBeLessThan(2e-5);
        setNumThreads(1);
        const alone = allOf(inputs);
        for (const [i, t] of alone.entries())
          expect(
            t
              .sub(ours[i] as Tensor)
              .abs()
              .max()
              .item(),
          ).toBe(0);
      });
    });
  }
}

for (const isAdded of [false, true]) {
  test(`in bfloat16, ${isAdded ? 'with' : 'without'} a shortcut, only what is written in bfloat16 is rounded, once`, () => {
    tidy(() => {
      const inputs = draw([8, 64, 28, 28], isAdded, 'bfloat16');
      const exact = allOf(inFloat64(inputs));
      const isHalf = [true, true, false, false, ...(isAdded ? [true] : []), false, false];
      for (const [i, t] of allOf(inputs).entries()) {
        expect(t.dtype).toBe(isHalf[i] ? 'bfloat16' : 'float32');
        expect(error(t, exact[i] as Tensor), `result ${i}`).toBeLessThan(isHalf[i] ? 2 ** -8 : 2e-5);
      }
    });
  });
}

test('statistics are exact where the mean is a thousand times the spread', () => {
  tidy(() => {
    const inputs = draw([16, 8, 40, 40], false);
    inputs.x = inputs.x.add(3000);
    const [y, , , , mean, variance] = allOf(inputs) as [Tensor, ...Tensor[]];
    const exact = allOf(inFloat64(inputs)) as [Tensor, ...Tensor[]];
    expect(error(y, exact[0])).toBeLessThan(1e-3);
    expect(error(mean as Tensor, exact[4] as Tensor)).toBeLessThan(1e-6);
    expect(error(variance as Tensor, exact[5] as Tensor)).toBeLessThan(1e-5);
  });
});

test('one operator in training; three in eval mode and in other memory layouts', () => {
  tidy(() => {
    const norm = new nn.BatchNormReLU2d(64);
    const x = randn([2, 64, 8, 8]);
    const operators = (input: Tensor): string[] =>
      profile(norm, () => norm.call(input)).profile.operators.map(({ name }) => name);
    const fast = x.contiguous('channelsLast');
    expect(operators(fast)).not.toContain('aten::native_batch_norm');
    expect(operators(fast.to('bfloat16'))).not.toContain('aten::native_batch_norm');
    expect(operators(x)).toContain('aten::native_batch_norm');
    norm.eval();
    expect(operators(fast)).toContain('aten::native_batch_norm');
  });
});

test('the drop path of a block falls on the branch, not on the shortcut', () => {
  tidy(() => {
    const norm = new nn.BatchNormReLU2d(16);
    const x = randn([64, 16, 4, 4]).contiguous('channelsLast');
    const shortcut = randn([64, 16, 4, 4]).contiguous('channelsLast');
    const dropped = norm.call(x, shortcut, new nn.DropPath(0.5));
    const isAlone = Array.from({ length: 64 }, (_, i) => {
      const [y, s] = [dropped, shortcut].map((t) => t.narrow(0, i, 1)) as [Tensor, Tensor];
      return y.sub(s.clamp(0)).abs().max().item() === 0;
    });
    expect(isAlone).toContain(true);
    expect(isAlone).toContain(false);
    norm.eval();
    const whole = norm.call(x, shortcut, new nn.DropPath(0.5));
    expect(whole.sub(norm.call(x, shortcut)).abs().max().item()).toBe(0);
  });
});
