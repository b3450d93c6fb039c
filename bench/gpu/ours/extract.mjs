// `radweave extract` in the engine thread: extract.mjs '{"splits", "folder", "checkpoint", …}'.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { defaultConfig } from '../../../packages/artifacts/dist/index.js';
import { networkReady, precisionOf, report, timedStage } from '../../ours/stage.mjs';

const { splits, folder, checkpoint, model, precision, device, side } = JSON.parse(process.argv[2]);
const config = defaultConfig();
Object.assign(config.data, { splits_dir: splits, modalities: ['A'], image_size: side, features_dir: folder });
config.model.name = model;
Object.assign(config.training, { precision, device });
rmSync(join(splits, '.slices'), { recursive: true, force: true });
const options = { config, given: ['model.name'], modality: 'A', checkpoint, align: false };
const { result, events, seconds } = await timedStage('extract', options);
const slices = Object.values(result.slices).reduce((a, b) => a + b, 0);
report({ precision: precisionOf(events), slices, seconds, ready: networkReady(events, model) });
