import type { Profile, ProfiledOperator } from '@radweave/torch';

/** What a moment of a training step or an extraction batch was spent on. */
export type Phase = 'batch' | 'forward' | 'loss' | 'backward' | 'optimizer';

/** An operator in its place. Times are microseconds. */
export interface TimedOperator {
  operator: ProfiledOperator;
  /** Time in the operator itself, without the operators it called: on the device where that was measured. */
  self: number;
  phase: Phase;
  /** Path of the module that called it, or whose forward its backward belongs to; null for none. */
  module: string | null;
}

interface Entry {
  kind: 'range' | 'module' | 'operator';
  name: string;
  start: number;
  end: number;
  timed?: TimedOperator;
}

/** Puts operators, module calls and ranges into each other by time, thread by thread. */
export function timeline(profile: Profile): TimedOperator[] {
  const forwardThread = profile.operators.find(({ isBackward }) => !isBackward)?.thread;
  const byThread = new Map<number, Entry[]>();
  const placed: TimedOperator[] = [];
  // Operators are in order of their ends, so that of two with the same times the later one holds the earlier.
  for (const operator of profile.operators.toReversed()) {
    const { name, start, end, thread } = operator;
    const timed: TimedOperator = { operator, self: timeOf(operator), phase: 'forward', module: null };
    placed.push(timed);
    listOf(byThread, thread).push({ kind: 'operator', name, start, end, timed });
  }
  if (forwardThread !== undefined) {
    const own = listOf(byThread, forwardThread);
    for (const span of profile.modules.toReversed()) own.unshift({ kind: 'module', ...span });
    for (const span of profile.ranges.toReversed()) own.unshift({ kind: 'range', ...span });
  }
  for (const entries of byThread.values()) nest(entries);
  assignBackward(placed);
  return placed.sort((a, b) => a.operator.start - b.operator.start);
}

/** On a device that was measured, an operator's span is of launching it. */
function timeOf({ start, end, onDevice }: ProfiledOperator): number {
  return onDevice ?? end - start;
}

function listOf(lists: Map<number, Entry[]>, thread: number): Entry[] {
  const list = lists.get(thread) ?? [];
  lists.set(thread, list);
  return list;
}

/** Walks one thread's entries with the stack of those that are open. */
function nest(entries: Entry[]): void {
  entries.sort((a, b) => a.start - b.start || b.end - a.end);
  const open: Entry[] = [];
  for (const entry of entries) {
    while (open.length > 0 && (open.at(-1)?.end ?? 0) <= entry.start && !holds(open.at(-1), entry))
      open.pop();
    if (entry.timed !== undefined) place(entry.timed, open);
    open.push(entry);
  }
}

function holds(outer: Entry | undefined, inner: Entry): boolean {
  return outer !== undefined && outer.start <= inner.start && inner.end <= outer.end;
}

function place(timed: TimedOperator, open: readonly Entry[]): void {
  const caller = open.at(-1)?.timed;
  if (caller !== undefined) caller.self -= timeOf(timed.operator);
  const range = open.findLast(({ kind }) => kind === 'range')?.name;
  timed.module = open.findLast(({ kind }) => kind === 'module')?.name ?? null;
  if (timed.operator.isBackward || caller?.phase === 'backward') timed.phase = 'backward';
  else if (timed.module === null) timed.phase = outsideModules(range);
  // An operator inside a backward function belongs to that function's place in the graph.
  if (caller?.phase === 'backward' && timed.operator.sequence < 0)
    timed.operator.sequence = caller.operator.sequence;
}

function outsideModules(range: string | undefined): Phase {
  if (range === 'batch' || range === 'optimizer') return range;
  return range === 'learn' ? 'loss' : 'forward';
}

/**
 * A forward operator carries the number that the next node of the graph gets, so the last one to carry it made the node
 * (the rule of torch's own profiler).
 */
function assignBackward(placed: TimedOperator[]): void {
  const makers = new Map<number, TimedOperator>();
  const inOrder = placed.toSorted((a, b) => a.operator.start - b.operator.start);
  for (const timed of inOrder) {
    if (timed.phase !== 'backward' && timed.operator.sequence >= 0)
      makers.set(timed.operator.sequence, timed);
  }
  for (const timed of inOrder) {
    if (timed.phase === 'backward') timed.module = makers.get(timed.operator.sequence)?.module ?? null;
  }
}
