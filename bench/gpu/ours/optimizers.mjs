// Trains a small network on a device by each optimizer: optimizers.mjs DEVICE START.pth. Weights and images go to START.pth for
// optimizers.py, which does the same.
import {
  autocast,
  F,
  hasFloat16,
  manualSeed,
  nn,
  optim,
  randint,
  randn,
  saveCheckpoint,
  tidy,
} from '../../../packages/torch/dist/index.js';

const [device, start] = process.argv.slice(2);
const STEPS = 20;
const OPTIMIZERS = {
  'SGD(p, lr=0.05)': (p) => new optim.SGD(p, { lr: 0.05 }),
  'SGD(p, lr=0.02, momentum=0.9, weight_decay=1e-3)': (p) =>
    new optim.SGD(p, { lr: 0.02, momentum: 0.9, weightDecay: 1e-3 }),
  'Adam(p, lr=2e-3)': (p) => new optim.Adam(p, { lr: 2e-3 }),
  'AdamW(p, lr=2e-3, weight_decay=0.05)': (p) => new optim.AdamW(p, { lr: 2e-3, weightDecay: 0.05 }),
};

manualSeed(11);
const model = network();
const images = randn([24, 1, 12, 12]);
const labels = randint(0, 3, [24]);
const weights = new Map(Array.from(model.stateDict(), ([name, value]) => [name, value.clone()]));
await saveCheckpoint(start, { weights, images, labels });
const inFloat16 = device !== 'cpu' || hasFloat16();
const losses = Object.entries(OPTIMIZERS).flatMap(([python, make]) => [
  { python, ...train(make, null) },
  // The scale begins too large and grows again soon: some steps are skipped.
  ...(inFloat16 ? [{ python, ...train(make, { initScale: 2 ** 22, growthInterval: 4 }) }] : []),
]);
console.log(JSON.stringify({ steps: STEPS, losses }));

function train(make, scaling) {
  const own = network();
  own.loadStateDict(weights);
  own.to({ device });
  const optimizer = make(own.parameters());
  const [x, y] = [images.toDevice(device), labels.toDevice(device)];
  const scaler = scaling && new optim.GradScaler(device, scaling);
  const scales = [];
  const losses = Array.from({ length: STEPS }, () =>
    tidy(() => {
      const forward = () => own.call(x);
      const logits = scaler ? autocast({ device, dtype: 'float16' }, forward).to('float32') : forward();
      const loss = F.crossEntropy(logits, y);
      (scaler?.scaled(loss) ?? loss).backward();
      optimizer.step(scaler?.unscale(own.parameters()));
      scaler?.update();
      optimizer.zeroGrad();
      if (scaler) scales.push(scaler.value);
      return loss.item();
    }),
  );
  return { losses, scaling, scales };
}

function network() {
  return new nn.Sequential([
    new nn.Conv2d(1, 6, 3, { padding: 1 }),
    new nn.BatchNorm2d(6),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(216, 3),
  ]);
}
