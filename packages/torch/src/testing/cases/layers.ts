import * as nn from '../../nn/index.ts';
import { type Case, f, layer } from '../case.ts';

const IMAGE = f(3, 4, 9, 8);
const ROWS = f(5, 7);

/** Every module of nn. */
export const layers: Case[] = [
  layer('Conv2d', 'nn.Conv2d(4, 6, 3)', () => new nn.Conv2d(4, 6, 3), [IMAGE]),
  layer(
    'Conv2d',
    'nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=1, dilation=(1, 2), groups=2, bias=False)',
    () =>
      new nn.Conv2d(4, 6, [3, 2], { stride: [2, 1], padding: 1, dilation: [1, 2], groups: 2, bias: false }),
    [IMAGE],
  ),
  layer(
    'Conv2d',
    'nn.Conv2d(4, 8, 3, padding=1, groups=4)',
    () => new nn.Conv2d(4, 8, 3, { padding: 1, groups: 4 }),
    [IMAGE],
  ),
  layer('Linear', 'nn.Linear(7, 3)', () => new nn.Linear(7, 3), [ROWS]),
  layer('Linear', 'nn.Linear(8, 3, bias=False)', () => new nn.Linear(8, 3, { bias: false }), [IMAGE]),
  layer('BatchNorm2d', 'nn.BatchNorm2d(4)', () => new nn.BatchNorm2d(4), [IMAGE]),
  layer('BatchNorm2d', 'nn.BatchNorm2d(4)', () => new nn.BatchNorm2d(4), [IMAGE], { eval: true }),
  ...[false, true].map((isEval) =>
    layer(
      'BatchNormReLU2d',
      'type("N", (nn.BatchNorm2d,), {"forward": lambda self, x: F.relu(nn.BatchNorm2d.forward(self, x))})(4)',
      () => new nn.BatchNormReLU2d(4),
      [IMAGE],
      { eval: isEval },
    ),
  ),
  layer('LayerNorm', 'nn.LayerNorm(7)', () => new nn.LayerNorm(7), [ROWS]),
  layer(
    'LayerNorm',
    'nn.LayerNorm((9, 8), eps=1e-6)',
    () => new nn.LayerNorm([9, 8], { eps: 1e-6 }),
    [IMAGE],
    {
      skips: ['bfloat16'],
    },
  ),
  layer(
    'MaxPool2d',
    'nn.MaxPool2d(3, 2, 1, ceil_mode=True)',
    () => new nn.MaxPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
    [IMAGE],
  ),
  layer('Identity', 'nn.Identity()', () => new nn.Identity(), [ROWS]),
  layer('Flatten', 'nn.Flatten()', () => new nn.Flatten(), [IMAGE]),
  layer('Flatten', 'nn.Flatten(0, -2)', () => new nn.Flatten(0, -2), [IMAGE]),
  layer('ReLU', 'nn.ReLU()', () => new nn.ReLU(), [ROWS]),
  layer('DropPath', "torchvision.ops.StochasticDepth(0.4, 'row')", () => new nn.DropPath(0.4), [IMAGE]),
  layer('DropPath', "torchvision.ops.StochasticDepth(0.4, 'row')", () => new nn.DropPath(0.4), [IMAGE], {
    eval: true,
  }),
  layer(
    'Sequential',
    'nn.Sequential(nn.Conv2d(4, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Linear(252, 2))',
    () =>
      new nn.Sequential([
        new nn.Conv2d(4, 6, 3, { bias: false }),
        new nn.BatchNorm2d(6),
        new nn.ReLU(),
        new nn.Flatten(),
        new nn.Linear(252, 2),
      ]),
    [IMAGE],
  ),
  layer(
    'Sequential',
    "nn.Sequential(__import__('collections').OrderedDict(fc=nn.Linear(7, 4), act=nn.ReLU()))",
    () => new nn.Sequential({ fc: new nn.Linear(7, 4), act: new nn.ReLU() }),
    [ROWS],
  ),
];
