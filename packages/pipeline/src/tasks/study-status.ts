import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTaskRecord, leaseState, type PlannedTask, type TaskRecord } from '@radweave/artifacts';
import type { OpenPlan } from './open-plan.ts';

/** `left out`: the search went on with better trials. `silent`: it was begun on another computer, and for some seconds nobody has been heard of there. */
export type TaskState = 'done' | 'failed' | 'running' | 'silent' | 'ready' | 'waiting' | 'left out';

export interface TaskStatus {
  name: string;
  state: TaskState;
  worker: string | null;
  /** ISO 8601, by the worker's clock. */
  started: string | null;
  seconds: number | null;
  error: TaskRecord['error'];
}

/** How far a study is: each task in the order of the plan. */
export async function studyStatus({ plan, folder }: OpenPlan): Promise<TaskStatus[]> {
  const records = new Map(plan.tasks.map(({ name }) => [name, findTaskRecord(folder, plan, name)]));
  const isDone = (name: string): boolean => records.get(name)?.state === 'done';
  const isSearch = 'rungs' in plan.how;
  // The last task of a search ends it.
  const isOver = isSearch && isDone(plan.tasks.at(-1)?.name ?? '');
  const held = await heldOf(plan.tasks.map(({ name }) => join(folder, name)));
  /** Which trials are trained on, and when a search ends, depends on the scores to come. */
  const unbegun = ({ after, rung }: PlannedTask): TaskState => {
    if (isOver) return 'left out';
    return after.every(isDone) && (!isSearch || rung === 0) ? 'ready' : 'waiting';
  };
  return plan.tasks.map((task, i): TaskStatus => {
    const { name } = task;
    const record = records.get(name) ?? null;
    const open = held[i] ?? unbegun(task);
    const state = record?.state === 'done' || record?.state === 'failed' ? record.state : open;
    const isBegun = !['ready', 'waiting', 'left out'].includes(state);
    return {
      name,
      state,
      worker: isBegun ? (record?.worker ?? null) : null,
      started: isBegun ? (record?.started ?? null) : null,
      seconds: isBegun ? (record?.seconds ?? null) : null,
      error: record?.error ?? null,
    };
  });
}

/** For each folder whether somebody is at work in it; those of other computers are watched for a heartbeat. */
async function heldOf(folders: readonly string[]): Promise<('running' | 'silent' | undefined)[]> {
  const first = folders.map((folder) => leaseState(folder));
  const unsure = first.some((lease) => typeof lease === 'string');
  if (unsure) await sleep(WATCH_MS);
  return first.map((before, i) => {
    if (before === false) return undefined;
    if (before === true) return 'running';
    return leaseState(folders[i] ?? '') === before ? 'silent' : 'running';
  });
}

/** Two heartbeats, and some time for a network folder. */
const WATCH_MS = 5000;
