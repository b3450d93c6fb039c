// Our networks on a device, in float32 and bfloat16: networks.mjs DEVICE FOLDER BATCH NAME… Weights, input and what was computed go
// to FOLDER/NAME.pth for networks.py.
import { join } from 'node:path';
import { createModel } from '../../../packages/models/dist/index.js';
import * as torch from '../../../packages/torch/dist/index.js';

const SIDE = 224;
const [device, folder, batch, ...names] = process.argv.slice(2);
const count = Number(batch);
for (const name of names) await torch.saveCheckpoint(join(folder, `${name}.pth`), compute(name));

function compute(name) {
  const { manualSeed, noGrad, randn, fromTypedArray, autocast } = torch;
  manualSeed(7);
  const rates = { dropRate: 0, dropPathRate: 0 };
  const model = createModel(name, { numClasses: 2, inChans: 1, imageSize: SIDE, ...rates });
  // Layer scales start near zero: the branches behind them would not count.
  noGrad(() => {
    for (const [key, parameter] of model.namedParameters()) if (/gamma|ls\d/.test(key)) parameter.fill_(0.3);
  });
  const state = new Map(Array.from(model.stateDict(), ([key, value]) => [key, value.clone()]));
  const x = randn([count, 1, SIDE, SIDE]);
  model.to({ device, memoryFormat: 'channelsLast' });
  const input = x.toDevice(device).contiguous('channelsLast');
  const labels = fromTypedArray(
    BigInt64Array.from({ length: count }, (_, i) => BigInt(i % 2)),
    [count],
    { device },
  );
  const passes = (within) => {
    const result = bothPasses(model, input, labels, within);
    // Training has moved the running statistics.
    model.loadStateDict(state);
    return result;
  };
  return {
    state,
    x,
    fp32: passes((body) => body()),
    bf16: passes((body) => autocast({ device, dtype: 'bfloat16' }, body)),
  };
}

/** Logits and features in eval mode, loss and gradients in training mode. */
function bothPasses(model, input, labels, within) {
  const { F, noGrad, tidy } = torch;
  const evaluated = (body) => noGrad(() => tidy(() => within(body).to('float32')));
  model.eval();
  const logits = evaluated(() => model.call(input));
  const features = evaluated(() => model.forwardHead(model.forwardFeatures(input), { preLogits: true }));
  model.train();
  const loss = F.crossEntropy(within(() => model.call(input)).to('float32'), labels);
  loss.backward();
  const grads = new Map(Array.from(model.namedParameters(), ([key, p]) => [key, p.grad.clone()]));
  model.zeroGrad();
  return { logits, features, loss: loss.detach(), grads };
}
