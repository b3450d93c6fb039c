import { fileURLToPath } from 'node:url';
import { newestLibtorch } from './peers-place.ts';
import { run } from './reference.ts';

let isUsed = false;

const RADWEAVE = fileURLToPath(new URL('../../../apps/cli/bin/radweave.mjs', import.meta.url));

/**
 * Lets this process compute with the libtorch of `peers.txt` instead of the system's; to be called before the engine is
 * loaded. Set-up for tests builds the engine for it, once for each version of its sources.
 */
export function useNewestLibtorch(): void {
  if (isUsed) return;
  const folder = newestLibtorch();
  run([process.execPath, RADWEAVE, 'setup'], '', { RADWEAVE_LIBTORCH: folder });
  process.env.RADWEAVE_LIBTORCH = folder;
  isUsed = true;
}
