// Forward (eval mode), or forward with backward (training mode), of one network on random images: the fastest of several.
import { createModel } from '../../packages/models/dist/index.js';
import { dispatch, manualSeed, noGrad, randn, tidy } from '../../packages/torch/dist/index.js';
import { report } from './stage.mjs';

const { model: name, pass, batch, repeats } = JSON.parse(process.argv[2]);
manualSeed(42);
const model = createModel(name, { numClasses: 1000, inChans: 3, imageSize: 224 });
model.to({ memoryFormat: 'channelsLast' });
const images = randn([batch, 3, 224, 224]).contiguous('channelsLast');

function fastest(compute) {
  const once = () => {
    const start = performance.now();
    tidy(() => {
      compute();
    });
    return performance.now() - start;
  };
  once();
  return Math.min(...Array.from({ length: repeats }, once));
}

const passes = {
  forward: () => noGrad(() => model.call(images)),
  backward: () => {
    dispatch('sum', model.call(images)).backward();
    model.zeroGrad();
  },
};
model.train(pass === 'backward');
report({ milliseconds: fastest(passes[pass]) });
