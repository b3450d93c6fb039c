/**
 * Loads the engine in a process of its own, as any user of it does, and prints what it found as JSON. Set-up and
 * doctor run it: a library that crashes when loaded then ends this process, not theirs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { native } from '../load.ts';
import { mappedBlas } from './blas.ts';

const engine = native();
const maps = existsSync('/proc/self/maps') ? readFileSync('/proc/self/maps', 'utf8') : '';
const report = {
  version: engine.version(),
  threads: engine.numThreads(),
  cudaDevices: engine.cudaDevices(),
  mapped: mappedBlas(maps),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
