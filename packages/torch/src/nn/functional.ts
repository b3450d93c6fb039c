import { requireVariance } from '../errors.ts';
import { dispatch, inPlace, type Tensor } from '../tensor.ts';

/**
 * Stateless operations of networks, with torch.nn.functional's meaning and defaults. Images are [N, C, H, W].
 */

/** A size for both dimensions, or [height, width]. */
export type Size2 = number | readonly [number, number];

const two = (size: Size2): readonly [number, number] => (typeof size === 'number' ? [size, size] : size);

// — layers —

/** input [N, Cin, H, W], weight [Cout, Cin / groups, kH, kW], bias [Cout]. */
export function conv2d(
  input: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: { stride?: Size2; padding?: Size2; dilation?: Size2; groups?: number } = {},
): Tensor {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  return dispatch('conv2d', input, weight, bias, two(stride), two(padding), two(dilation), groups);
}

/** input [..., in], weight [out, in], bias [out]. */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return dispatch('linear', input, weight, bias);
}

/** A batch norm's parameters and running statistics, each [C]. */
export interface BatchNormState {
  weight: Tensor;
  bias: Tensor;
  mean: Tensor;
  variance: Tensor;
}

/** `training`: by the batch's statistics, towards which the running ones move by `momentum`. */
export interface BatchNormMode {
  training: boolean;
  momentum?: number;
  eps?: number;
}

/**
 * Normalises each channel, by the batch in training (the running statistics are updated), else by the running ones.
 *
 * @throws BatchNormSizeError in training when a channel has a single value: its variance does not exist (torch refuses it too).
 */
export function batchNorm(input: Tensor, state: BatchNormState, options: BatchNormMode): Tensor {
  checkBatch(input, options);
  const { training, momentum = 0.1, eps = 1e-5 } = options;
  const { weight, bias, mean, variance } = state;
  return dispatch('batch_norm', input, weight, bias, mean, variance, training, momentum, eps, true);
}

/**
 * max(0, batchNorm(input) + added): what ends most convolutions of residual networks. On a CPU, in training, in float32 and
 * channels-last memory one operator, which saves a third of the memory traffic of three; its gradient has none of its own.
 *
 * @param added of the input's shape, or null for nothing.
 */
export function batchNormRelu(
  input: Tensor,
  added: Tensor | null,
  state: BatchNormState,
  options: BatchNormMode,
): Tensor {
  checkBatch(input, options);
  const { training, momentum = 0.1, eps = 1e-5 } = options;
  const { weight, bias, mean, variance } = state;
  const name = 'radweave::batch_norm_relu';
  return dispatch(name, input, added, weight, bias, mean, variance, training, momentum, eps);
}

function checkBatch(input: Tensor, { training }: BatchNormMode): void {
  if (training) requireVariance(input.shape, input.numel / input.size(1));
}

/**
 * Normalises over the last dimensions. Half-precision input is normalised in float32, because libtorch 1.13 fails on
 * bfloat16 input with float32 weights; the result is float32 as under torch's autocast.
 */
export function layerNorm(
  input: Tensor,
  shape: readonly number[],
  weight: Tensor,
  bias: Tensor,
  eps = 1e-5,
): Tensor {
  const upcast = input.dtype !== weight.dtype ? input.to(weight.dtype) : input;
  return dispatch('layer_norm', upcast, shape, weight, bias, eps, true);
}

/** Zeroes elements with probability `p` and scales the rest by 1 / (1 − p), while training. */
export function dropout(input: Tensor, p: number, training: boolean): Tensor {
  return dispatch('dropout', input, p, training);
}

/**
 * Zeroes whole samples of a residual branch with probability `p` while training; the rest is scaled by 1 / (1 − p).
 * Draws as timm's drop_path and torchvision's stochastic_depth in row mode do.
 */
export function dropPath(input: Tensor, p: number, training: boolean): Tensor {
  if (p === 0 || !training) return input;
  const keep = 1 - p;
  const mask = dispatch('new_empty', input, [input.size(0), ...input.shape.slice(1).fill(1)]);
  inPlace('bernoulli_.float', mask, keep);
  if (keep > 0) mask.div_(keep);
  return input.mul(mask);
}

// — pooling and resampling —

export function maxPool2d(
  input: Tensor,
  kernel: Size2,
  options: { stride?: Size2; padding?: Size2; dilation?: Size2; ceilMode?: boolean } = {},
): Tensor {
  const { stride = kernel, padding = 0, dilation = 1, ceilMode = false } = options;
  return dispatch('max_pool2d', input, two(kernel), two(stride), two(padding), two(dilation), ceilMode);
}

/** Of windows that do not overlap. */
export function avgPool2d(input: Tensor, kernel: Size2): Tensor {
  return dispatch('avg_pool2d', input, two(kernel));
}

export function adaptiveAvgPool2d(input: Tensor, size: Size2): Tensor {
  return dispatch('adaptive_avg_pool2d', input, two(size));
}

/** Bilinear resampling of [N, C, H, W] to a size in pixels. */
export function interpolateBilinear(input: Tensor, size: Size2): Tensor {
  return dispatch('upsample_bilinear2d', input, two(size), false, null, null);
}

/** With antialiasing. */
export function interpolateBicubic(input: Tensor, size: Size2): Tensor {
  return dispatch('_upsample_bicubic2d_aa', input, two(size), false, null, null);
}

/** Sampling grid [N, H, W, 2] of affine maps theta [N, 2, 3]. */
export function affineGrid(theta: Tensor, size: readonly number[]): Tensor {
  return dispatch('affine_grid_generator', theta, size, false);
}

/** Bilinear sampling of [N, C, H, W] at a grid in −1 … 1; zeros outside. */
export function gridSample(input: Tensor, grid: Tensor): Tensor {
  const BILINEAR = 0;
  const ZEROS = 0;
  return dispatch('grid_sampler', input, grid, BILINEAR, ZEROS, false);
}

/** Pads the last dimensions with a constant: [left, right, top, bottom, …]. */
export function pad(input: Tensor, padding: readonly number[], value = 0): Tensor {
  return dispatch('constant_pad_nd', input, padding, value);
}

// — activations —

/** In float32 for bfloat16 input, whose backward pass libtorch 1.13 lacks; the dtype stays. */
export function relu6(input: Tensor): Tensor {
  if (input.dtype === 'bfloat16') return dispatch('relu6', input.to('float32')).to('bfloat16');
  return dispatch('relu6', input);
}

export function gelu(input: Tensor): Tensor {
  return dispatch('gelu', input);
}

export function silu(input: Tensor): Tensor {
  return dispatch('silu', input);
}

export function hardswish(input: Tensor): Tensor {
  return dispatch('hardswish', input);
}

export function hardsigmoid(input: Tensor): Tensor {
  return dispatch('hardsigmoid', input);
}

// — losses —

const REDUCTION = { none: 0, mean: 1, sum: 2 } as const;
export type Reduction = keyof typeof REDUCTION;

/** logits [N, K], targets int64 [N]; `weight` [K] weighs classes (the mean is then weighted, as in torch). */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: { weight?: Tensor | null; reduction?: Reduction; labelSmoothing?: number } = {},
): Tensor {
  const { weight = null, reduction = 'mean', labelSmoothing = 0 } = options;
  return dispatch('cross_entropy_loss', logits, targets, weight, REDUCTION[reduction], -100, labelSmoothing);
}

export function mseLoss(input: Tensor, target: Tensor, reduction: Reduction = 'mean'): Tensor {
  return dispatch('mse_loss', input, target, REDUCTION[reduction]);
}

// — joining and choosing —

export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  return dispatch('cat', tensors, dim);
}

export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return dispatch('stack', tensors, dim);
}

/** `a` where `condition` holds, else `b`. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return dispatch('where.self', condition, a, b);
}

/** Class numbers [N] as rows of zeros with a one, [N, classes]; int64. */
export function oneHot(classes: Tensor, count: number): Tensor {
  return dispatch('one_hot', classes.to('int64'), count);
}
