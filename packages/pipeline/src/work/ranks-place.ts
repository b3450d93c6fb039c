import { UsageError } from '@radweave/artifacts';
import type { Meeting } from '@radweave/torch';

/** Which of the processes that train one network this one is, and where they meet. */
export interface Place extends Omit<Meeting, 'timeoutSeconds'> {
  /** How many of them run on this machine, where that is known. */
  onThisMachine: number | undefined;
  /** Which of those this one is, from 0, where that is known. */
  localRank: number | undefined;
}

/** How launchers call rank and number of processes: torchrun's names first, then Slurm's and Open MPI's. */
const NAMES = [
  ['RANK', 'WORLD_SIZE'],
  ['SLURM_PROCID', 'SLURM_NTASKS'],
  ['OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE'],
] as const;

/**
 * The place that a launcher has given this process; null where there is none, or one process alone. Only where MASTER_ADDR and
 * MASTER_PORT say where to meet: Slurm tells every command its number of tasks, also one that is meant to be alone.
 *
 * @throws UsageError when the variables contradict each other.
 */
export function placeIn(env: NodeJS.ProcessEnv): Place | null {
  const { MASTER_ADDR: address = '', MASTER_PORT: port = '' } = env;
  const names = NAMES.find((some) => some.every((name) => (env[name] ?? '') !== ''));
  if (address === '' && port === '') return null;
  const [rank, size] = (names ?? []).map((name) => Number(env[name]));
  const isPlace = (value: number | undefined): value is number =>
    Number.isInteger(value) && (value ?? -1) >= 0;
  if (address === '' || !/^\d+$/.test(port) || !isPlace(rank) || !isPlace(size) || rank >= size) {
    const given = ['MASTER_ADDR', 'MASTER_PORT', ...NAMES.flat()].filter((name) => env[name] !== undefined);
    throw new UsageError(
      'E_RANKS',
      'the variables of the launcher do not say which of the processes that train together this one is',
      {
        where: given.map((name) => `${name}=${env[name]}`).join(', '),
        hint: 'Set MASTER_ADDR, MASTER_PORT, RANK (from 0) and WORLD_SIZE for each, or unset all for one process alone',
      },
    );
  }
  const wholeOf = (...local: string[]): number | undefined => {
    const value = local.map((name) => env[name] ?? '').find((one) => /^\d+$/.test(one));
    return value === undefined ? undefined : Number(value);
  };
  const onThisMachine = wholeOf('LOCAL_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_SIZE') || undefined;
  const localRank = wholeOf('LOCAL_RANK', 'SLURM_LOCALID', 'OMPI_COMM_WORLD_LOCAL_RANK');
  // PyTorch's name for it.
  const own = env.GLOO_SOCKET_IFNAME || undefined;
  return size === 1
    ? null
    : { rank, size, onThisMachine, localRank, address, port: Number(port), interface: own };
}
