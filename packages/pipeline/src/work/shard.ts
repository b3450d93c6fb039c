import { isDeepStrictEqual } from 'node:util';
import { DataError, UsageError } from '@radweave/artifacts';
import { and } from '@radweave/remarks';

/** One of so many shares of a work; the first is 1. */
export interface Shard {
  number: number;
  of: number;
}

export const nameOf = ({ number, of }: Shard): string => `${number}/${of}`;

/** Which of so many items a share has: those from the first number on, before the second. */
export function shareOf(items: number, { number, of }: Shard): [from: number, to: number] {
  return [Math.floor((items * (number - 1)) / of), Math.floor((items * number) / of)];
}

/** @throws UsageError for what is no shard, or where a cluster has given this process no number. */
export function shardOf(text: string, env: NodeJS.ProcessEnv = process.env): Shard | 'merge' {
  if (text === 'merge') return text;
  const [, first = '', of = 0] = /^(\d+|auto)\/(\d+)$/.exec(text) ?? [];
  // As the number of a worker, that of an array's element is from 0.
  const told = env.SLURM_ARRAY_TASK_ID || env.JOB_COMPLETION_INDEX || '';
  const isAuto = first === 'auto';
  const fromZero = /^\d+$/.test(told) ? Number(told) : Number.NaN;
  const shard = { number: isAuto ? fromZero + 1 : Number(first), of: Number(of) };
  if (shard.number >= 1 && shard.number <= shard.of) return shard;
  throw new UsageError('E_FLAGS', `'--shard ${text}' is not a share`, {
    hint: !isAuto
      ? 'Give 1/4 to 4/4 for the shares of four, auto/4, or merge'
      : told === ''
        ? 'auto needs $SLURM_ARRAY_TASK_ID or $JOB_COMPLETION_INDEX, and neither is set'
        : `The numbers of the array must be whole numbers from 0 to ${shard.of - 1}, and this one is ${told}`,
  });
}

/** What a part says of how it was computed. */
interface Said {
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * What each part says of how it was computed, where all say the same; GPUs of one kind may have other numbers.
 *
 * @throws DataError where they do not.
 */
export function saidByAll<T extends Said>(parts: readonly (readonly [part: string, said: T])[]): T {
  const alike = (said: T): T => {
    const device = said.versions.device?.replace(/:\d+$/, '') ?? '';
    return { ...said, versions: { ...said.versions, device } };
  };
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError('there is no part');
  const other = others.find(([, said]) => !isDeepStrictEqual(alike(said), alike(first[1])));
  if (other === undefined) return first[1];
  const what = and(differences(alike(first[1]), alike(other[1])));
  throw new DataError('E_SHARDS', `the parts ${first[0]} and ${other[0]} differ in ${what}`, {
    hint: 'Run the same command again for those that are not to be merged, with the weights, threads and kind of machine of the others',
  });
}

/** Names of what two parts say differently, with versions, device and threads as each says them. */
function differences(one: Said, other: Said): string[] {
  const names = (a: object, b: object): string[] =>
    Object.keys({ ...a, ...b }).filter((key) => !isDeepStrictEqual(Reflect.get(a, key), Reflect.get(b, key)));
  const [{ versions: own, ...rest }, { versions: others, ...otherRest }] = [one, other];
  const versions = names(own, others).map(
    (key) => `${key} (${own[key] ?? 'none'} and ${others[key] ?? 'none'})`,
  );
  return [...names(rest, otherRest), ...versions];
}
