/**
 * One training step on a device, in a process of its own, as doctor does it: `node training-step.js DEVICE` prints
 * the losses before and after as JSON.
 */
import { F, manualSeed, nn, openDevice, optim, randn, tidy } from '@radweave/torch';

const device = openDevice(process.argv[2] ?? 'cpu');
manualSeed(42);
const model = new nn.Sequential([
  new nn.Conv2d(1, 8, 3, { padding: 1 }),
  new nn.BatchNorm2d(8),
  new nn.ReLU(),
]);
model.to({ device });
const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-2 });
const [images, maps] = [randn([4, 1, 32, 32], { device }), randn([4, 8, 32, 32], { device })];
const losses = [0, 1].map(() =>
  tidy(() => {
    const loss = F.mseLoss(model.call(images), maps);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    return loss.item();
  }),
);
process.stdout.write(`${JSON.stringify(losses)}\n`);
