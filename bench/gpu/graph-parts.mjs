// The parts of graph-check.mjs. Each trains by the product's own Trainer on made-up slices, with and without recording.
import { createHash } from 'node:crypto';
import { createModel } from '../../packages/models/dist/index.js';
import { makeResident } from '../../packages/network/dist/slices/resident.js';
import { FrozenOutputs } from '../../packages/network/dist/training/frozen-outputs.js';
import { crossEntropyLoss } from '../../packages/network/dist/training/losses.js';
import { Trainer } from '../../packages/network/dist/training/trainer.js';
import { SliceTable } from '../../packages/study/dist/cohort/slice-table.js';
import * as torch from '../../packages/torch/dist/index.js';

const { cudaDevice, getRngState, manualSeed, optim, tidy, useDeterministicAlgorithms } = torch;

export function facts({ device }, say) {
  const cuda = cudaDevice(device);
  const about =
    cuda === null ? { reason: 'no CUDA addon or no device' } : { ...cuda.properties, ...cuda.memory() };
  say({
    libtorch: torch.libtorchVersion(),
    devices: torch.cudaDeviceCount(),
    addon: cuda !== null,
    ...about,
  });
}

/** Noise that is the same in every process. */
function slices(count, side, patients) {
  const rows = Array.from({ length: count }, (_, i) => ({
    path: `${i}.png`,
    label: (i % patients) % 2,
    patient: `p${i % patients}`,
    hospital: 'H',
  }));
  const size = side * side;
  const all = new Uint8Array(count * size);
  for (let i = 0, state = 1; i < all.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    all[i] = state >>> 24;
  }
  const read = (positions) => {
    const out = new Uint8Array(positions.length * size);
    for (let i = 0; i < positions.length; i++) {
      out.set(all.subarray(positions[i] * size, (positions[i] + 1) * size), i * size);
    }
    return out;
  };
  return { table: new SliceTable(rows), pixels: { width: side, height: side, bitDepth: 8, read } };
}

const AUGMENTATION = {
  horizontalFlip: true,
  verticalFlip: false,
  rotationDegrees: 10,
  translation: 0.05,
  scale: 0.05,
  brightness: 0.1,
  contrast: 0.1,
  randomErasing: 0,
};

/** Trains and tells the losses, the seconds of each epoch's steps, a hash of the whole state, and the most memory used. */
async function train(job, options) {
  const [name, batch, precision] = job.split(':');
  const {
    device,
    side,
    recorded,
    resident,
    epochs,
    batches,
    optimizer: kind = 'adamw',
    loss,
    odd = 1,
  } = options;
  const cuda = cudaDevice(device);
  cuda?.useOwnStream();
  cuda?.resetPeak();
  manualSeed(42);
  const compute = { device, precision, memoryFormat: 'channelsLast' };
  const model = createModel(name, { numClasses: 2, inChans: 1, imageSize: side, dropPathRate: 0.1 });
  model.to({ device, memoryFormat: 'channelsLast' });
  const normalisation = { mean: 0.5, std: 0.5 };
  const optimizer =
    kind === 'sgd'
      ? new optim.SGD(model.parameters(), { lr: 1e-3, momentum: 0.9, weightDecay: 1e-4 })
      : new optim.AdamW(model.parameters(), { lr: 3e-4, weightDecay: 1e-2 });
  const set = slices(Number(batch) * batches + (odd ? 2 : 0), side, 8);
  const placed = resident ? makeResident(set.pixels, set.table.length, device, 2 ** 33) : null;
  const trainer = new Trainer({
    model,
    frozen: new FrozenOutputs(model, normalisation, compute),
    optimizer,
    scaler: precision === 'fp16' ? new optim.GradScaler(device) : null,
    scheduler: new optim.CosineAnnealingLR(optimizer, { tMax: epochs }),
    loss: loss ?? crossEntropyLoss(),
    classWeight: null,
    compute,
    train: placed === null ? set : { ...set, pixels: placed },
    validation: slices(8, side, 4),
    classes: 2,
    epochs,
    batchSize: Number(batch),
    seed: 1,
    shuffle: true,
    augmentation: AUGMENTATION,
    normalisation,
    gradAccumulation: 1,
    clipGradNorm: 1,
    patience: null,
    monitor: 'auc',
    recording: recorded ? cuda : null,
  });
  const [losses, seconds, remarks] = [[], [], []];
  let begun = performance.now();
  let isTraining = true;
  const ending = () => {
    if (isTraining) seconds.push(Number(((performance.now() - begun) / 1000).toFixed(4)));
    isTraining = false;
  };
  await trainer.run({
    onStep: (report) => losses.push(report.loss),
    onFrozen: () => undefined,
    onValidation: ending,
    onRemark: (text) => remarks.push(text.slice(0, 600)),
    onWarning: (text) => remarks.push(text.slice(0, 600)),
    onEpoch: async () => {
      cuda?.synchronize();
      begun = performance.now();
      isTraining = true;
    },
    shouldStop: () => false,
  });
  const state = stateOf(model, optimizer, device);
  const memory = cuda?.memory();
  trainer.dispose();
  placed?.resident.dispose();
  for (const tensor of model.stateDict().values()) tensor.dispose();
  cuda?.emptyCache();
  const most =
    memory === undefined
      ? {}
      : { most_mb: mb(memory.largestAllocated), reserved_mb: mb(memory.largestReserved) };
  return { losses, seconds, remarks, state, steps: batches + (odd ? 1 : 0), most };
}

const mb = (bytes) => Math.round(bytes / 2 ** 20);

/** Every tensor of model, optimizer and random generator by name. */
function stateOf(model, optimizer, device) {
  const out = new Map();
  const take = (name, tensor) => {
    const values = tidy(() => new Uint8Array(tensor.detach().cpu().toTypedArray().slice().buffer));
    out.set(name, values);
  };
  for (const [name, tensor] of model.stateDict()) take(name, tensor);
  for (const [number, entry] of optimizer.stateDict().state) {
    for (const [key, tensor] of Object.entries(entry)) if (tensor !== null) take(`${number}.${key}`, tensor);
  }
  take('generator', getRngState(device));
  return out;
}

const hashOf = (state) => {
  const hash = createHash('sha256');
  for (const [name, bytes] of state) hash.update(name).update(bytes);
  return hash.digest('hex').slice(0, 16);
};

function differences(a, b) {
  return [...a]
    .filter(([name, bytes]) => !Buffer.from(bytes).equals(Buffer.from(b.get(name) ?? [])))
    .map(([n]) => n);
}

/** Bit for bit: as they come twice (is the arithmetic deterministic?), then recorded, then recorded from slices on the device. */
export async function equal(job, options, say) {
  if (options.device !== 'cpu') useDeterministicAlgorithms(true);
  const sizes = { ...options, epochs: 3, batches: options.small ? 4 : 5, resident: false };
  const plain = await train(job, { ...sizes, recorded: false });
  say({
    way: 'plain',
    hash: hashOf(plain.state),
    losses: plain.losses.slice(-3),
    seconds: plain.seconds,
    ...plain.most,
  });
  const ways = {
    'plain again': { recorded: false },
    recorded: { recorded: true },
    'recorded, resident': { recorded: true, resident: true },
  };
  for (const [way, how] of Object.entries(ways)) {
    if (how.recorded && !how.resident && cudaDevice(options.device) === null) {
      say({ way, skipped: 'nothing can be recorded here' });
      continue;
    }
    const other = await train(job, { ...sizes, ...how });
    const different = differences(plain.state, other.state);
    say({
      way,
      equal: different.length === 0 && String(plain.losses) === String(other.losses),
      different: different.length,
      first: different.slice(0, 4),
      entries: plain.state.size,
      losses: other.losses.slice(-3),
      remarks: other.remarks,
      seconds: other.seconds,
      ...other.most,
    });
  }
  if (options.small || !job.startsWith('resnet18')) return;
  const sgd = { ...sizes, optimizer: 'sgd' };
  const [a, b] = [
    await train(job, { ...sgd, recorded: false }),
    await train(job, { ...sgd, recorded: true }),
  ];
  say({ way: 'recorded, SGD', equal: differences(a.state, b.state).length === 0, remarks: b.remarks });
}

/** Slices per second of whole epochs after the first, the first one's seconds, and the most memory. */
export async function speed(job, options, say) {
  const batch = Number(job.split(':')[1]);
  const batches = options.small ? 4 : batch > 64 ? 24 : 60;
  const sizes = { ...options, epochs: 3, batches, odd: 0 };
  const ways = {
    'recorded, resident': { recorded: true, resident: true },
    'plain, resident': { recorded: false, resident: true },
    'recorded, host': { recorded: true, resident: false },
    'plain, host': { recorded: false, resident: false },
  };
  for (const [way, how] of Object.entries(ways)) {
    if (how.recorded && cudaDevice(options.device) === null) {
      say({ way, skipped: 'nothing can be recorded here' });
      continue;
    }
    const { seconds, steps, most, remarks, losses } = await train(job, { ...sizes, ...how });
    const best = Math.min(...seconds.slice(1));
    const per = (value) => Number(value.toFixed(3));
    say({
      way,
      slices_per_s: Math.round((steps * batch) / best),
      step_ms: per((best / steps) * 1000),
      seconds,
      last: losses.at(-1),
      remarks,
      ...most,
    });
  }
}

/** A loss that reads a value on the way cannot be recorded: training must go on, with the numbers of a run never recorded. */
export async function refused(options, say) {
  if (options.device !== 'cpu') useDeterministicAlgorithms(true);
  const job = options.small ? 'resnet18:4:fp32' : 'swin_tiny_patch4_window7_224:8:bf16';
  const plain = crossEntropyLoss();
  const reading = (logits, targets, weight) => {
    const loss = plain(logits, targets, weight);
    if (Number.isNaN(loss.item())) throw new Error('not a number');
    return loss;
  };
  const sizes = { ...options, epochs: 2, batches: 5, resident: false };
  if (options.small) Object.assign(sizes, { batches: 4 });
  const expected = await train(job, { ...sizes, recorded: false });
  const actual = await train(job, { ...sizes, recorded: true, loss: reading });
  const after = await train(job, { ...sizes, recorded: true });
  for (const [way, other] of Object.entries({ refused: actual, 'recorded afterwards': after })) {
    const different = differences(expected.state, other.state);
    say({ way, equal: different.length === 0, first: different.slice(0, 4), remarks: other.remarks });
  }
}
