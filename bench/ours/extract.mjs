// `radweave extract` on one modality: seconds from the engine being there to the last file written. Slices are decoded while the
// network is built, so that its time counts too; the peers' is left out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../packages/artifacts/dist/index.js';
import { engineReady, precisionOf, report, timedStage } from './stage.mjs';

const { config: file, overrides, modality, checkpoint } = JSON.parse(process.argv[2]);
const config = readConfig(file);
for (const [section, values] of Object.entries(overrides)) Object.assign(config[section], values);
const folder = mkdtempSync(join(tmpdir(), 'radweave-bench-extract-'));
config.data.features_dir = join(folder, 'features');
rmSync(join(config.data.splits_dir, '.slices'), { recursive: true, force: true });
try {
  const options = { config, given: ['model.name'], modality, checkpoint, align: false };
  const { result, events, seconds } = await timedStage('extract', options);
  report({
    seconds: seconds - engineReady(events),
    slices: Object.values(result.slices).reduce((sum, count) => sum + count, 0),
    precision: precisionOf(events),
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
