import { ResourceError, settingKeys } from '@radweave/artifacts';
import { readFileSync } from '@radweave/artifacts/files';
import { type StageName, stageNamed } from '../stages/index.ts';

/** Threads of Node.js end the process without a word where they get no addresses: below this many bytes. */
const LEAST = 4e9;

/**
 * The same for stages that compute on a device, where also OpenBLAS waits for ever. WebAssembly, with which slices are decoded, takes
 * 10 GB of addresses (not of memory) for each thread that gets them, and the allocator up to a half of what is allowed.
 */
const LEAST_OF_NETWORKS = 16e9;
/** The most bytes of addresses that `/proc/self/limits` allows this process; infinite where it says none. */
export function addressLimit(limits: string): number {
  const soft = /^Max address space +(\d+) /m.exec(limits)?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** @throws ResourceError where a shell or a queue allows too few addresses for a stage (`ulimit -v`, `h_vmem`). */
export function requireAddresses(stage: StageName, limits: string = ownLimits()): void {
  const limit = addressLimit(limits);
  const isOnDevice = settingKeys(stageNamed(stage).settings).includes('training.device');
  const least = isOnDevice ? LEAST_OF_NETWORKS : LEAST;
  if (limit >= least) return;
  const gigabytes = (limit / 1e9).toFixed(1);
  // A share of a stage is asked for by the same command.
  const name = stage.replace(/_shard$/, '').replaceAll('_', '-');
  throw new ResourceError(
    'E_NO_MEMORY',
    `this process may use ${gigabytes} GB of address space, but ${name} needs ${least / 1e9} GB before it reads an image`,
    { hint: 'Raise the limit: ulimit -v unlimited, or ask the queue for more (h_vmem, --mem)' },
  );
}

function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
