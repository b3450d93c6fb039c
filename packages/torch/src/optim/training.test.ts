import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { afterAll, expect, test } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../checkpoint.ts';
import { randint, randn } from '../create.ts';
import { crossEntropy } from '../nn/functional.ts';
import {
  BatchNorm2d,
  Conv2d,
  clipGradNorm,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
} from '../nn/index.ts';
import { manualSeed } from '../random.ts';
import { setNumThreads } from '../runtime.ts';
import { tidy } from '../scope.ts';
import { Tensor } from '../tensor.ts';
import {
  Adam,
  AdamW,
  CosineAnnealingLR,
  decayGroups,
  type Optimizer,
  ReduceLROnPlateau,
  type Scheduler,
  SGD,
  StepLR,
} from './index.ts';

/** A small network with batch norm, trained here and by torch from the same file of weights and images. */

const STEPS = 100;
const HALF = 50;
const BATCHES = 5;
const BATCH = 12;
const SIZE = 12;

interface Case {
  name: string;
  optimizer: (model: Module) => Optimizer;
  scheduler: (optimizer: Optimizer) => Scheduler | null;
  clip: number | null;
  /** The same in Python: `p` are the parameters, `o` is the optimizer. */
  python: { optimizer: string; scheduler: string };
}

const OPTIMIZERS: [make: Case['optimizer'], python: string][] = [
  [(model) => new SGD(model.parameters(), { lr: 0.05 }), 'SGD(p, lr=0.05)'],
  [
    (model) => new SGD(model.parameters(), { lr: 0.02, momentum: 0.9, weightDecay: 1e-3 }),
    'SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3)',
  ],
  [(model) => new Adam(model.parameters(), { lr: 2e-3 }), 'Adam(p, lr=2e-3)'],
  [
    (model) => new AdamW(model.parameters(), { lr: 2e-3, weightDecay: 0.05 }),
    'AdamW(p, lr=2e-3, weight_decay=0.05)',
  ],
];

const SCHEDULERS: [make: Case['scheduler'], python: string][] = [
  [() => null, 'None'],
  [(o) => new CosineAnnealingLR(o, { tMax: STEPS }), 'CosineAnnealingLR(o, T_max=100)'],
  [(o) => new StepLR(o, { stepSize: 30, gamma: 0.3 }), 'StepLR(o, step_size=30, gamma=0.3)'],
  [
    (o) => new ReduceLROnPlateau(o, { factor: 0.5, patience: 3 }),
    "ReduceLROnPlateau(o, mode='max', factor=0.5, patience=3)",
  ],
];

const CASES: Case[] = [
  ...OPTIMIZERS.flatMap(([optimizer, optimizerInPython]) =>
    SCHEDULERS.map(([scheduler, schedulerInPython]) => ({
      name: `${optimizerInPython}, ${schedulerInPython}`,
      optimizer,
      scheduler,
      clip: null,
      python: { optimizer: optimizerInPython, scheduler: schedulerInPython },
    })),
  ),
  {
    name: 'AdamW with decay groups and clipping',
    optimizer: (model) => new AdamW(decayGroups(model, 0.1), { lr: 2e-3 }),
    scheduler: (o) => new CosineAnnealingLR(o, { tMax: STEPS, etaMin: 1e-5 }),
    clip: 0.5,
    python: {
      optimizer:
        "AdamW([{'params': [v for v in p if v.ndim > 1], 'weight_decay': 0.1}, " +
        "{'params': [v for v in p if v.ndim <= 1], 'weight_decay': 0.0}], lr=2e-3)",
      scheduler: 'CosineAnnealingLR(o, T_max=100, eta_min=1e-5)',
    },
  },
  {
    name: 'SGD with clipping and a frozen first layer',
    optimizer: (model) => {
      for (const [name, parameter] of model.namedParameters()) {
        if (name.startsWith('0.')) parameter.requiresGrad = false;
      }
      return new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
    },
    scheduler: () => null,
    clip: 0.3,
    python: {
      optimizer: '(p[0].requires_grad_(False), p[1].requires_grad_(False), SGD(p, lr=0.05, momentum=0.9))[2]',
      scheduler: 'None',
    },
  },
];

const SOURCE = `
import json, sys, torch
from torch import nn
from torch.optim import *
from torch.optim.lr_scheduler import *
folder, job = sys.argv[1:]
torch.set_num_threads(1)
cases, steps, half, batches, batch = json.load(sys.stdin)
data = torch.load(folder + '/start.pth')
images, labels = data['images'].split(batch), data['labels'].split(batch)
out = []
for i, case in enumerate(cases):
    model = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 10, 3, padding=1), nn.BatchNorm2d(10), nn.ReLU(), nn.Flatten(), nn.Linear(360, 3))
    p = list(model.parameters())
    o = eval(case['optimizer'])
    s = eval(case['scheduler'])
    first = 0
    if job == 'train':
        model.load_state_dict(data['model'])
    else:
        first = half
        saved = torch.load(f'{folder}/ours-{i}.pth')
        model.load_state_dict(saved['model'])
        o.load_state_dict(saved['optimizer'])
        if s is not None: s.load_state_dict(saved['scheduler'])
    losses = []
    for step in range(first, steps):
        if job == 'train' and step == half:
            torch.save({'step': step, 'model': model.state_dict(), 'optimizer': o.state_dict(),
                'scheduler': None if s is None else s.state_dict()}, f'{folder}/python-{i}.pth')
        o.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(images[step % batches]), labels[step % batches])
        loss.backward()
        if case['clip'] is not None: nn.utils.clip_grad_norm_(p, case['clip'])
        o.step()
        losses.append(loss.item())
        if s is not None: s.step(1 / loss.item()) if isinstance(s, ReduceLROnPlateau) else s.step()
    out.append({'losses': losses, 'lrs': [g['lr'] for g in o.param_groups]})
print(json.dumps(out))
`;

interface Outcome {
  losses: number[];
  lrs: number[];
}

const folder: string = mkdtempSync(join(tmpdir(), 'radweave-training-'));
// Tensors this small gain nothing from threads, and lose much when the cores are shared.
setNumThreads(1);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inPython(job: 'train' | 'resume'): Outcome[] {
  const cases = CASES.map(({ python, clip }) => ({ ...python, clip }));
  const input = JSON.stringify([cases, STEPS, HALF, BATCHES, BATCH]);
  return pythonJson(SOURCE, { args: [folder, job], input });
}

function network(): Sequential {
  return new Sequential([
    new Conv2d(1, 6, 3, { padding: 1 }),
    new BatchNorm2d(6),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(6, 10, 3, { padding: 1 }),
    new BatchNorm2d(10),
    new ReLU(),
    new Flatten(),
    new Linear(360, 3),
  ]);
}

/** A dict of a checkpoint. */
function dict(value: unknown): ReadonlyMap<string, unknown> {
  if (!(value instanceof Map)) throw new TypeError('expected a dict');
  return value;
}

function tensors(value: unknown): ReadonlyMap<string, Tensor> {
  const result = new Map<string, Tensor>();
  for (const [name, item] of dict(value)) if (item instanceof Tensor) result.set(name, item);
  return result;
}

async function writeStart(): Promise<void> {
  manualSeed(11);
  const samples = BATCHES * BATCH;
  const labels = randint(0, 3, [samples]);
  const images = randn([samples, 1, SIZE, SIZE]).add(labels.reshape([samples, 1, 1, 1]).mul(0.2));
  await saveCheckpoint(join(folder, 'start.pth'), { model: network().stateDict(), images, labels });
}

/** Trains from the start file, or on from a checkpoint; saves one at the middle when asked to. */
async function train(item: Case, options: { from?: string; saveAs?: string }): Promise<Outcome> {
  const start = dict(await loadCheckpoint(join(folder, 'start.pth')));
  const { images, labels } = Object.fromEntries(tensors(start));
  if (images === undefined || labels === undefined) throw new Error('the start file has no data');
  const model = network();
  const optimizer = item.optimizer(model);
  const scheduler = item.scheduler(optimizer);
  model.loadStateDict(tensors(start.get('model')));
  let first = 0;
  if (options.from !== undefined) {
    const saved = dict(await loadCheckpoint(join(folder, options.from)));
    first = Number(saved.get('step'));
    model.loadStateDict(tensors(saved.get('model')));
    optimizer.loadStateDict(saved.get('optimizer'));
    scheduler?.loadStateDict(saved.get('scheduler'));
  }
  const losses: number[] = [];
  for (let step = first; step < STEPS; step++) {
    if (step === HALF && options.saveAs !== undefined) {
      await saveCheckpoint(join(folder, options.saveAs), {
        step,
        model: model.stateDict(),
        optimizer: optimizer.stateDict(),
        scheduler: scheduler?.stateDict() ?? null,
      });
    }
    const at = (step % BATCHES) * BATCH;
    optimizer.zeroGrad();
    const loss = tidy(() => {
      const result = crossEntropy(model.call(images.narrow(0, at, BATCH)), labels.narrow(0, at, BATCH));
      result.backward();
      return result.item();
    });
    if (item.clip !== null) clipGradNorm(model.parameters(), item.clip);
    optimizer.step();
    losses.push(loss);
    scheduler?.step(1 / loss);
  }
  return { losses, lrs: optimizer.lrs };
}

function expectLike(actual: Outcome, expected: Outcome, name: string): void {
  expect(actual.losses.length, name).toBe(expected.losses.length);
  for (const [step, loss] of expected.losses.entries()) {
    const difference = Math.abs((actual.losses[step] ?? Number.NaN) - loss);
    expect(difference, `${name}, step ${step}: ${actual.losses[step]} for ${loss}`).toBeLessThanOrEqual(1e-4);
  }
  expect(actual.lrs.length, name).toBe(expected.lrs.length);
  for (const [group, lr] of expected.lrs.entries()) {
    expect(Math.abs((actual.lrs[group] ?? Number.NaN) - lr), `${name}: learning rate`).toBeLessThanOrEqual(
      1e-12,
    );
  }
}

test('a run resumed from its checkpoint gives bit-identical losses', async () => {
  await writeStart();
  for (const [i, item] of CASES.entries()) {
    const whole = await train(item, { saveAs: `ours-${i}.pth` });
    const resumed = await train(item, { from: `ours-${i}.pth` });
    expect(resumed.losses, item.name).toEqual(whole.losses.slice(HALF));
    expect(resumed.lrs, item.name).toEqual(whole.lrs);
    expect(whole.losses.at(-1), item.name).toBeLessThan((whole.losses[0] ?? 0) * 0.9);
  }
});

referenceTest(
  'losses and learning rates equal those of torch, from its checkpoints too',
  ['torch'],
  async () => {
    await writeStart();
    const expected = inPython('train');
    for (const [i, item] of CASES.entries()) {
      const outcome = expected[i];
      if (outcome === undefined) throw new Error(`Python gave no result for ${item.name}`);
      expectLike(await train(item, {}), outcome, item.name);
      const second = { losses: outcome.losses.slice(HALF), lrs: outcome.lrs };
      expectLike(
        await train(item, { from: `python-${i}.pth` }),
        second,
        `${item.name}, from torch's checkpoint`,
      );
    }
  },
);

referenceTest('torch continues from our checkpoints', ['torch'], async () => {
  await writeStart();
  const whole: Outcome[] = [];
  for (const [i, item] of CASES.entries()) whole.push(await train(item, { saveAs: `ours-${i}.pth` }));
  for (const [i, outcome] of inPython('resume').entries()) {
    const { losses, lrs } = whole[i] ?? { losses: [], lrs: [] };
    expectLike(outcome, { losses: losses.slice(HALF), lrs }, CASES[i]?.name ?? '');
  }
});
