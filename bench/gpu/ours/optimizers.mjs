// Trains a small network on a device by each optimizer: optimizers.mjs DEVICE START.pth. Weights and images go to START.pth for
// optimizers.py, which does the same.
import {
  F,
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
  'SGD(p, lr=0.02, momentum=0.9, nesterov=True, weight_decay=1e-3)': (p) =>
    new optim.SGD(p, { lr: 0.02, momentum: 0.9, nesterov: true, weightDecay: 1e-3 }),
  'Adam(p, lr=2e-3)': (p) => new optim.Adam(p, { lr: 2e-3 }),
  'AdamW(p, lr=2e-3, weight_decay=0.05)': (p) => new optim.AdamW(p, { lr: 2e-3, weightDecay: 0.05 }),
};

manualSeed(11);
const model = network();
const images = randn([24, 1, 12, 12]);
const labels = randint(0, 3, [24]);
const weights = new Map(Array.from(model.stateDict(), ([name, value]) => [name, value.clone()]));
await saveCheckpoint(start, { weights, images, labels });
const losses = Object.entries(OPTIMIZERS).map(([python, make]) => ({ python, losses: train(make) }));
console.log(JSON.stringify({ steps: STEPS, losses }));

function train(make) {
  const own = network();
  own.loadStateDict(weights);
  own.to({ device });
  const optimizer = make(own.parameters());
  const [x, y] = [images.toDevice(device), labels.toDevice(device)];
  return Array.from({ length: STEPS }, () =>
    tidy(() => {
      const loss = F.crossEntropy(own.call(x), y);
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      return loss.item();
    }),
  );
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
