// `radweave preprocess`: the whole stage, process start left out as for the peer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultConfig } from '../../packages/artifacts/dist/index.js';
import { report, timedStage } from './stage.mjs';

const { root } = JSON.parse(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'radweave-bench-preprocess-'));
const config = defaultConfig();
Object.assign(config.data, { root_dir: root, splits_dir: join(folder, 'splits') });
try {
  const { seconds } = await timedStage('preprocess', { config });
  report({ seconds });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
