import { noGrad } from '../autograd.ts';
import { tensor as makeTensor } from '../create.ts';
import { tidy } from '../scope.ts';
import { inPlace, type Tensor } from '../tensor.ts';

/**
 * Fills weights in place with torch.nn.init's algorithms: for a seed the numbers are Python's, bit for bit.
 * Each function returns the tensor it was given; none is recorded by autograd.
 */

/** What decides a layer's scale: its inputs (keeps forward variance) or its outputs (keeps backward variance). */
export type FanMode = 'fanIn' | 'fanOut';

/** Options of the Kaiming initialisers; `a` is the slope of the nonlinearity below 0: none, as of ReLU, unless given. */
export interface KaimingOptions {
  a?: number;
  mode?: FanMode;
}

let isLeftOut = false;

/** Nothing is drawn inside: for models whose weights are all loaded next. Drawing those of a large transformer takes seconds. */
export function leftOut<T>(body: () => T): T {
  const before = isLeftOut;
  isLeftOut = true;
  try {
    return body();
  } finally {
    isLeftOut = before;
  }
}

export function uniform_<T extends Tensor>(target: T, from = 0, to = 1): T {
  return isLeftOut ? target : noGrad(() => inPlace('uniform_', target, from, to));
}

export function normal_<T extends Tensor>(target: T, mean = 0, std = 1): T {
  return isLeftOut ? target : noGrad(() => inPlace('normal_', target, mean, std));
}

export function constant_<T extends Tensor>(target: T, value: number): T {
  return noGrad(() => target.fill_(value));
}

export function zeros_<T extends Tensor>(target: T): T {
  return constant_(target, 0);
}

/** Normal, limited to [min, max] (absolute values, not multiples of `std`) by inverting the distribution function. */
export function truncNormal_<T extends Tensor>(target: T, mean = 0, std = 1, min = -2, max = 2): T {
  if (isLeftOut) return target;
  const low = 2 * normalCdf((min - mean) / std) - 1;
  const high = 2 * normalCdf((max - mean) / std) - 1;
  return noGrad(() => {
    inPlace('uniform_', target, low, high);
    inPlace('erfinv_', target);
    return target
      .mul_(std * Math.sqrt(2))
      .add_(mean)
      .clamp_(min, max);
  });
}

function normalCdf(x: number): number {
  const erf = tidy(() =>
    makeTensor(x / Math.sqrt(2), { dtype: 'float64' })
      .erf()
      .item(),
  );
  return (1 + erf) / 2;
}

/** He et al. 2015, uniform on ±gain · √(3 / fan). */
export function kaimingUniform_<T extends Tensor>(target: T, options: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * kaimingStd(target, options);
  return uniform_(target, -bound, bound);
}

/** He et al. 2015, normal with standard deviation gain / √fan. */
export function kaimingNormal_<T extends Tensor>(target: T, options: KaimingOptions = {}): T {
  return normal_(target, 0, kaimingStd(target, options));
}

function kaimingStd(target: Tensor, { a = 0, mode = 'fanIn' }: KaimingOptions): number {
  return Math.sqrt(2 / (1 + a * a)) / Math.sqrt(calculateFan(target)[mode]);
}

/** Inputs and outputs of one unit of a weight [out, in, …kernel]. @throws RangeError for fewer than 2 dimensions. */
export function calculateFan(weight: Tensor): { fanIn: number; fanOut: number } {
  const [out, input, ...kernel] = weight.shape;
  if (out === undefined || input === undefined) {
    throw new RangeError(`fan in and fan out need a weight of at least 2 dimensions, got [${weight.shape}]`);
  }
  const field = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: input * field, fanOut: out * field };
}
