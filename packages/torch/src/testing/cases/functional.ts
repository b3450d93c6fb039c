import * as F from '../../nn/functional.ts';
import { type Case, f, functions, mask, positive, whole } from '../case.ts';

const check = functions('F');

const IMAGE = f(2, 4, 9, 8);

/** Every function of nn/functional.ts that does not draw random numbers. */
export const functional: Case[] = [
  check('conv2d', 'F.conv2d(a, b, c)', (a, b, c) => F.conv2d(a, b, c), [IMAGE, f(6, 4, 3, 3), f(6)]),
  check(
    'conv2d',
    'F.conv2d(a, b, None, (2, 1), (1, 2), (1, 2), 2)',
    (a, b) => F.conv2d(a, b, null, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
    [IMAGE, f(6, 2, 3, 3)],
  ),
  check('conv2d', 'F.conv2d(a, b)', (a, b) => F.conv2d(a, b), [f(0, 4, 9, 8), f(6, 4, 3, 3)], {
    rejects: ['strided', 'channelsLast'],
  }),
  check('linear', 'F.linear(a, b, c)', (a, b, c) => F.linear(a, b, c), [f(2, 3, 4), f(5, 4), f(5)]),
  check('linear', 'F.linear(a, b)', (a, b) => F.linear(a, b), [f(0, 4), f(5, 4)]),
  check(
    'batchNorm',
    'F.batch_norm(a, b.detach(), c.detach(), d, e, training=False, eps=1e-3)',
    (input, mean, variance, weight, bias) =>
      F.batchNorm(
        input,
        { weight, bias, mean: mean.detach(), variance: variance.detach() },
        { training: false, eps: 1e-3 },
      ),
    [IMAGE, f(4), positive(4), f(4), f(4)],
  ),
  check(
    'batchNorm',
    'F.batch_norm(a, b.detach().clone(), c.detach().clone(), d, e, training=True)',
    (input, mean, variance, weight, bias) =>
      F.batchNorm(
        input,
        { weight, bias, mean: mean.detach().clone(), variance: variance.detach().clone() },
        { training: true },
      ),
    [IMAGE, f(4), positive(4), f(4), f(4)],
  ),
  check(
    'batchNormRelu',
    'F.relu(F.batch_norm(a, b.detach().clone(), c.detach().clone(), d, e, training=True, eps=1e-3) + f)',
    (input, mean, variance, weight, bias, added) =>
      F.batchNormRelu(
        input,
        added,
        { weight, bias, mean: mean.detach().clone(), variance: variance.detach().clone() },
        { training: true, eps: 1e-3 },
      ),
    [IMAGE, f(4), positive(4), f(4), f(4), IMAGE],
  ),
  check('layerNorm', 'F.layer_norm(a, (8,), b, c, 1e-6)', (a, b, c) => F.layerNorm(a, [8], b, c, 1e-6), [
    f(2, 3, 8),
    f(8),
    f(8),
  ]),
  check('maxPool2d', 'F.max_pool2d(a, 2)', (a) => F.maxPool2d(a, 2), [IMAGE]),
  check(
    'maxPool2d',
    'F.max_pool2d(a, (3, 2), (2, 1), (1, 0), (1, 2), ceil_mode=True)',
    (a) => F.maxPool2d(a, [3, 2], { stride: [2, 1], padding: [1, 0], dilation: [1, 2], ceilMode: true }),
    [IMAGE],
  ),
  check('avgPool2d', 'F.avg_pool2d(a, 3)', (a) => F.avgPool2d(a, 3), [IMAGE]),
  check('adaptiveAvgPool2d', 'F.adaptive_avg_pool2d(a, 1)', (a) => F.adaptiveAvgPool2d(a, 1), [IMAGE]),
  check('adaptiveAvgPool2d', 'F.adaptive_avg_pool2d(a, (4, 3))', (a) => F.adaptiveAvgPool2d(a, [4, 3]), [
    IMAGE,
  ]),
  check(
    'interpolateBilinear',
    "F.interpolate(a, (5, 12), mode='bilinear')",
    (a) => F.interpolateBilinear(a, [5, 12]),
    [IMAGE],
  ),
  check(
    'interpolateBicubic',
    "F.interpolate(a, (4, 3), mode='bicubic', antialias=True)",
    (a) => F.interpolateBicubic(a, [4, 3]),
    [IMAGE],
    { rejects: ['bfloat16'] },
  ),
  check('affineGrid', 'F.affine_grid(a, (2, 1, 4, 5), False)', (a) => F.affineGrid(a, [2, 1, 4, 5]), [
    f(2, 2, 3),
  ]),
  check(
    'gridSample',
    'F.grid_sample(a, b, align_corners=False)',
    (a, b) => F.gridSample(a, b),
    [IMAGE, f(2, 5, 6, 2)],
    { rejects: ['bfloat16'] },
  ),
  check('pad', 'F.pad(a, (1, 2, 0, 3), value=0.5)', (a) => F.pad(a, [1, 2, 0, 3], 0.5), [IMAGE]),
  check('pad', 'F.pad(a, (-1, 2))', (a) => F.pad(a, [-1, 2]), [f(2, 5)]),
  check('relu6', 'F.relu6((a * 5).float()).to(a.dtype)', (a) => F.relu6(a.mul(5)), [f(3, 7)]),
  check('gelu', 'F.gelu(a)', (a) => F.gelu(a), [f(3, 7)]),
  check('silu', 'F.silu(a)', (a) => F.silu(a), [f(3, 7)]),
  check('hardswish', 'F.hardswish(a * 2)', (a) => F.hardswish(a.mul(2)), [f(3, 7)]),
  check('hardsigmoid', 'F.hardsigmoid(a * 2)', (a) => F.hardsigmoid(a.mul(2)), [f(3, 7)]),
  check('crossEntropy', 'F.cross_entropy(a, b)', (a, b) => F.crossEntropy(a, b), [f(6, 4), whole(4, 6)]),
  check(
    'crossEntropy',
    'F.cross_entropy(a, b, weight=c.detach(), label_smoothing=0.1)',
    (a, b, c) => F.crossEntropy(a, b, { weight: c.detach(), labelSmoothing: 0.1 }),
    [f(6, 4), whole(4, 6), positive(4)],
  ),
  check(
    'crossEntropy',
    "F.cross_entropy(a, b, reduction='none')",
    (a, b) => F.crossEntropy(a, b, { reduction: 'none' }),
    [f(6, 4), whole(4, 6)],
  ),
  check('mseLoss', 'F.mse_loss(a, b)', (a, b) => F.mseLoss(a, b), [f(6, 4), f(6, 4)], {
    rejects: ['bfloat16'],
  }),
  check('mseLoss', "F.mse_loss(a, b, reduction='sum')", (a, b) => F.mseLoss(a, b, 'sum'), [f(6), f(6)], {
    rejects: ['bfloat16'],
  }),
  check('cat', 'torch.cat([a, b], -1)', (a, b) => F.cat([a, b], -1), [f(2, 3), f(2, 4)]),
  check('cat', 'torch.cat([a, b])', (a, b) => F.cat([a, b]), [f(0, 3), f(2, 3)]),
  check('stack', 'torch.stack([a, b], -1)', (a, b) => F.stack([a, b], -1), [f(2, 3), f(2, 3)]),
  check('where', 'torch.where(a, b, c)', (a, b, c) => F.where(a, b, c), [mask(3), f(2, 3), f(2, 1)]),
  check('oneHot', 'F.one_hot(a, 5)', (a) => F.oneHot(a, 5), [whole(5, 2, 3)]),
];
