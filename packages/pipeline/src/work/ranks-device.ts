import { UsageError } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import type { Place } from './ranks-place.ts';

/**
 * The device of one of several processes that train together: where a GPU is asked for without its number, each takes one of its
 * machine. One that is named by its number is for a launcher that shows each process its own.
 *
 * @param asked as the user did.
 * @param gpus how many there are here.
 * @returns `cpu` or `cuda:N`, whether or not that is there.
 * @throws UsageError where several processes cannot train on it, or no GPU is left for this one.
 */
export function deviceAt(asked: string, { localRank }: Pick<Place, 'localRank'>, gpus: number): string {
  if (asked === 'mps') {
    throw refused(
      "several processes train together on CPUs or NVIDIA's GPUs, not on 'mps'",
      'Use --device cpu, or one process',
    );
  }
  if (asked === 'auto' && gpus === 0) return 'cpu';
  if ((asked !== 'auto' && asked !== 'cuda') || gpus === 0) return asked;
  if (localRank === undefined) {
    throw refused(
      'the launcher does not say which GPU of its machine is for this process',
      'Set LOCAL_RANK (from 0 on each machine), or show each process its own GPU and use --device cuda:0',
    );
  }
  if (localRank >= gpus) {
    throw refused(
      `${counted(localRank + 1, 'process', 'processes')} of one machine train together there, each on a GPU of its own, and libtorch sees ${gpus}`,
      `Start no more processes on a machine than it has GPUs. If the launcher shows each process its own GPU only, use --device cuda:0`,
    );
  }
  return `cuda:${localRank}`;
}

/**
 * What forbids to start `size` processes on this machine.
 *
 * @throws UsageError as {@link deviceAt} for the last of them, and for one GPU that all would have to share.
 */
export function requireDevices(asked: string, size: number, gpus: number): void {
  if (/^cuda:/.test(asked) && size > 1) {
    throw refused(
      `${size} processes cannot train together on one GPU, '${asked}'`,
      'Use --device cuda: each process takes a GPU of its own. CUDA_VISIBLE_DEVICES chooses among them',
    );
  }
  deviceAt(asked, { localRank: size - 1 }, gpus);
}

/** @throws UsageError where some of the processes would compute on GPUs and others on CPUs. */
export function requireOneKind(devices: readonly string[]): void {
  const first = devices.indexOf('cpu');
  const other = devices.findIndex((device) => device !== 'cpu');
  if (first === -1 || other === -1) return;
  throw refused(
    `of the processes that train together, that of rank ${first} would compute on a CPU and that of rank ${other} on a GPU`,
    'Give all the same --device; cuda refuses a machine without a GPU',
  );
}

function refused(what: string, hint: string): UsageError {
  return new UsageError('E_RANKS_DEVICE', what, { hint });
}
