import { native } from '@radweave/native';
import type { CudaDevice } from './cuda.ts';
import { observeCalls } from './nn/call-observer.ts';
import type { AnyModule } from './nn/module.ts';

/** A stretch of time, in microseconds since the profile's start. */
export interface ProfiledSpan {
  name: string;
  start: number;
  end: number;
}

/** An operator as libtorch ran it; operators that it calls itself are recorded too, and lie inside it. */
export interface ProfiledOperator extends ProfiledSpan {
  /** The same for a forward operator and the backward function it gave rise to; -1 for none. */
  sequence: number;
  /** Whether this is a backward function (a node of autograd's graph) rather than an operator. */
  isBackward: boolean;
  /** libtorch's number of the thread. */
  thread: number;
  /** Microseconds that its work takes on the device that was measured; null where none was: it is as long as its span then. */
  onDevice: number | null;
}

export type MeasuredDevice = Pick<CudaDevice, 'startProfile' | 'stopProfile'>;

/** What ran while a profile was under way. */
export interface Profile {
  /** In order of their ends. */
  operators: ProfiledOperator[];
  /** Module calls by dotted path; a module that is not below the profiled one has its class's name. */
  modules: ProfiledSpan[];
  /** What {@link profileRange} named. */
  ranges: ProfiledSpan[];
  /** Microseconds from start to end. */
  duration: number;
}

let ranges: ProfiledSpan[] | undefined;

/** By the clock of the operators' times: two clocks would let an operator end after the module that called it. */
const now = (): number => native().profileNow();

/**
 * Runs `body` and records every operator of this thread, backward passes included, and every module call. Recording adds
 * about a microsecond to an operator.
 *
 * @param root the module whose children are named by their paths.
 * @param device also measures what each operator takes there, where spans are of launching alone. It is held now and then so
 *   that it lags behind, which makes the whole longer.
 * @throws Error when a profile is under way in this thread already.
 */
export function profile<T>(
  root: AnyModule,
  body: () => T,
  device?: MeasuredDevice,
): { result: T; profile: Profile } {
  const paths = new Map<object, string>();
  for (const [path, module] of root.namedModules()) paths.set(module, path);
  const recorded: Profile = { operators: [], modules: [], ranges: [], duration: 0 };
  device?.startProfile();
  native().profileStart();
  ranges = recorded.ranges;
  observeCalls((module, forward) => {
    const start = now();
    try {
      return forward();
    } finally {
      const name = paths.get(module) ?? module.constructor.name;
      recorded.modules.push({ name, start, end: now() });
    }
  });
  try {
    const result = body();
    recorded.duration = now();
    return { result, profile: recorded };
  } finally {
    observeCalls(undefined);
    ranges = undefined;
    const operators = native().profileStop();
    const times = device?.stopProfile();
    for (const [name, start, end, sequence, isBackward, thread, call] of operators) {
      const onDevice = times === undefined ? null : (times.get(call) ?? 0);
      recorded.operators.push({ name, start, end, sequence, isBackward, thread, onDevice });
    }
  }
}

/** Names a part of the work in the profile that is under way, if there is one. */
export function profileRange<T>(name: string, body: () => T): T {
  if (ranges === undefined) return body();
  const start = now();
  try {
    return body();
  } finally {
    ranges?.push({ name, start, end: now() });
  }
}
