import { fileURLToPath } from 'node:url';
import { peersPython } from './peers-place.ts';
import { python, run } from './reference.ts';

let isUsed = false;

const RADWEAVE = fileURLToPath(new URL('../../../apps/cli/bin/radweave.mjs', import.meta.url));

/**
 * Lets this process compute with the libtorch of {@link peersPython} instead of the system's; to be called before the engine is
 * loaded. The engine is built for it once for each version of its sources.
 */
export function useNewestLibtorch(): void {
  if (isUsed) return;
  const where =
    'import importlib.util; print(*importlib.util.find_spec("torch").submodule_search_locations, end="")';
  const folder = python(where, { interpreter: peersPython() });
  run([process.execPath, RADWEAVE, 'setup'], '', { RADWEAVE_LIBTORCH: folder });
  process.env.RADWEAVE_LIBTORCH = folder;
  isUsed = true;
}
