// Writes a network's random weights: extraction takes as long with them as with trained ones.
import { createModel } from '../../packages/models/dist/index.js';
import { manualSeed, saveCheckpoint } from '../../packages/torch/dist/index.js';

const [model, path] = process.argv.slice(2);
manualSeed(42);
await saveCheckpoint(path, createModel(model, { numClasses: 2, inChans: 1, imageSize: 224 }).stateDict());
