import { ResourceError } from '@radweave/artifacts';
import { readFileSync } from '@radweave/artifacts/files';

/** Threads of Node.js end the process without a word, and OpenBLAS waits for ever, where they get no addresses: below this many bytes. */
const LEAST = 4e9;

/** The most bytes of addresses that `/proc/self/limits` allows this process; infinite where it says none. */
export function addressLimit(limits: string): number {
  const soft = /^Max address space +(\d+) /m.exec(limits)?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/** @throws ResourceError where a shell or a queue allows too few addresses for the engine (`ulimit -v`, `h_vmem`). */
export function requireAddresses(limits: string = ownLimits()): void {
  const limit = addressLimit(limits);
  if (limit >= LEAST) return;
  const gigabytes = (limit / 1e9).toFixed(1);
  throw new ResourceError(
    'E_NO_MEMORY',
    `this process may use ${gigabytes} GB of addresses, and the engine needs ${LEAST / 1e9} GB before it reads an image`,
    { hint: 'Raise the limit: ulimit -v unlimited, or ask the queue for more (h_vmem, --mem)' },
  );
}

/** Only Linux has the file. */
function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
