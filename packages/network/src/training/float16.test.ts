// Float16 on a CPU, as the newest libtorch computes it: what is done with the loss scale is the same on a GPU.
import { join } from 'node:path';
import { createModel } from '@radweave/models';
import type { EpochReport } from '@radweave/study/context/reports';
import { peersPython, peerTest, pythonJson, tempDir, useNewestLibtorch } from '@radweave/testkit';
import { manualSeed, nn, optim, randint, randn, saveCheckpoint, type Tensor, tidy } from '@radweave/torch';
import { expect } from 'vitest';
import { madeUpSlices, madeUpTraining, runTraining } from '../testing/trainings.ts';
import { crossEntropyLoss, type Loss } from './losses.ts';
import { learnFrom } from './network.ts';
import { changeParameters, weighed } from './update.ts';

const COMPUTE = { device: 'cpu', precision: 'fp16', memoryFormat: 'contiguous' } as const;
const SIDE = 12;
const BATCH = 8;

function network(): nn.Module {
  return new nn.Sequential([
    new nn.Conv2d(1, 6, 3, { padding: 1 }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(216, 2),
  ]);
}

/** Trainings whose scale begins far too large and grows again soon. */
const TRAININGS = [
  { optimizer: 'AdamW(p, lr=1e-3)', accumulation: 1, clip: 1 },
  { optimizer: 'SGD(p, lr=1e-2, momentum=0.9)', accumulation: 2, clip: 0 },
];
const SCALER = { initScale: 2 ** 22, growthInterval: 3 };
const BATCHES = 24;

const MAKE: ((model: nn.Module) => optim.Optimizer)[] = [
  (model) => new optim.AdamW(model.parameters(), { lr: 1e-3 }),
  (model) => new optim.SGD(model.parameters(), { lr: 1e-2, momentum: 0.9 }),
];

interface Course {
  losses: number[];
  scales: number[];
  state: Record<string, number>;
}

function trained(model: nn.Module, which: number, images: Tensor, labels: Tensor): Course {
  const { accumulation = 1, clip = 0 } = TRAININGS[which] ?? {};
  const optimizer = MAKE[which]?.(model) as optim.Optimizer;
  const scaler = new optim.GradScaler('cpu', SCALER);
  const [losses, scales]: number[][] = [[], []];
  for (let i = 0; i < BATCHES; i++) {
    tidy(() => {
      const weigh = (loss: Tensor): Tensor => weighed(loss, 1 / accumulation, scaler);
      const batch = images.narrow(0, i * BATCH, BATCH);
      const targets = labels.narrow(0, i * BATCH, BATCH);
      const { loss } = learnFrom(
        (x) => model.call(x),
        batch,
        targets,
        crossEntropyLoss(),
        null,
        COMPUTE,
        weigh,
      );
      losses?.push(loss.item());
    });
    if ((i + 1) % accumulation !== 0) continue;
    changeParameters({ model, optimizer, scaler, clipGradNorm: clip }, false);
    scales?.push(scaler.value);
  }
  return { losses: losses ?? [], scales: scales ?? [], state: { ...scaler.stateDict() } };
}

const IN_PYTORCH = `
import json, sys, torch
from torch import nn
from torch.optim import AdamW, SGD
start = torch.load(sys.argv[1], weights_only=False)
results = []
for job in json.loads(sys.argv[2])['trainings']:
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(216, 2)
    )
    model.load_state_dict(start['weights'])
    optimizer = eval(job['optimizer'], globals(), {'p': list(model.parameters())})
    scaler = torch.amp.GradScaler('cpu', init_scale=job['initScale'], growth_interval=job['growthInterval'])
    losses, scales = [], []
    for i in range(len(start['labels']) // ${BATCH}):
        part = slice(i * ${BATCH}, (i + 1) * ${BATCH})
        with torch.autocast('cpu', torch.float16):
            logits = model(start['images'][part])
        loss = torch.nn.functional.cross_entropy(logits.float(), start['labels'][part])
        scaler.scale(loss / job['accumulation']).backward()
        losses.append(loss.item())
        if (i + 1) % job['accumulation']: continue
        if job['clip']:
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), job['clip'])
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
        scales.append(scaler.get_scale())
    results.append({'losses': losses, 'scales': scales, 'state': scaler.state_dict()})
print(json.dumps(results))
`;

peerTest(
  'losses and scales of a training in float16 are those of PyTorch, overflows included',
  ['torch'],
  async () => {
    useNewestLibtorch();
    manualSeed(3);
    const model = network();
    const weights = new Map(Array.from(model.stateDict(), ([name, value]) => [name, value.clone()]));
    const images = randn([BATCHES * BATCH, 1, SIDE, SIDE]);
    const labels = randint(0, 2, [BATCHES * BATCH]);
    const start = join(tempDir(), 'start.pth');
    await saveCheckpoint(start, { weights, images, labels });
    const trainings = TRAININGS.map((one) => ({ ...one, ...SCALER }));
    const args = [start, JSON.stringify({ trainings })];
    const theirs = pythonJson<Course[]>(IN_PYTORCH, { args, interpreter: peersPython() });
    for (const [which, expected] of theirs.entries()) {
      model.loadStateDict(weights);
      const ours = trained(model, which, images, labels);
      expect(ours.scales).toEqual(expected.scales);
      expect(ours.state).toEqual(expected.state);
      expect(Math.min(...ours.scales)).toBeLessThan(SCALER.initScale);
      for (const [i, loss] of expected.losses.entries()) {
        expect(Math.abs((ours.losses[i] ?? Number.NaN) - loss)).toBeLessThan(1e-3 * loss);
      }
    }
  },
);

/** The scale's part in a training does not depend on what the network is computed in. */
const EXACT = { device: 'cpu', precision: 'fp32', memoryFormat: 'contiguous' } as const;
const SMALL = 32;

/** Two epochs of three batches under a loss that is spoilt, and the training afterwards. */
async function course(lossOf: (loss: Tensor, call: number) => Tensor, epochs = 2) {
  manualSeed(7);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: SMALL }).train();
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
  const scaler = new optim.GradScaler('cpu');
  const exact = crossEntropyLoss();
  let calls = 0;
  const loss: Loss = (...args) => (model.training ? lossOf(exact(...args), ++calls) : exact(...args));
  const set = madeUpSlices(12, 6, SMALL);
  const given = { model, optimizer, scaler, loss, compute: EXACT, epochs, train: set, validation: set };
  return { ...runTraining(madeUpTraining(given)), scaler };
}

peerTest('a batch whose loss is not finite is passed over, and told', ['torch'], async () => {
  useNewestLibtorch();
  const { ending, epochs, remarks, scaler } = await course((loss, call) =>
    call === 2 ? loss.mul(Number.POSITIVE_INFINITY) : loss,
  );
  expect(await ending).toBe('finished');
  expect(scaler.value).toBe(32_768);
  expect(remarks).toEqual([
    expect.stringMatching(/^epoch 1: the loss of 4 slices was beyond float16's range/),
  ]);
  const n = (report: EpochReport | undefined) => report?.train.slice.accuracy;
  expect([n(epochs[0]), n(epochs[1])]).toMatchObject([{ n: 8 }, { n: 12 }]);
  expect(epochs[0]?.train.loss).toBeGreaterThan(0);
});

peerTest(
  'training ends when gradients overflow at every scale, or no loss is finite',
  ['torch'],
  async () => {
    useNewestLibtorch();
    const overflowing = await course((loss) => loss.add(loss.mul(0).sqrt()), 20);
    await expect(overflowing.ending).rejects.toThrow(
      /^the loss scale of float16 fell to 6\.1e-5 in epoch 10, step 3: .* --precision fp32$/,
    );
    const infinite = await course((loss) => loss.mul(Number.POSITIVE_INFINITY));
    await expect(infinite.ending).rejects.toThrow(/^the training loss was not finite in any step of epoch 1/);
  },
);
