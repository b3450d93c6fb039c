import { join } from 'node:path';
import { z } from 'zod';
import { jsonFile } from '../json.ts';
import { taskFiles } from '../layout.ts';
import type { Plan } from './plan.ts';

/** How far a task is. Its lease tells whether `running` is still true. */
const schema = z.object({
  format: z.literal(1),
  /** Of which plan's task. */
  plan: z.string(),
  state: z.enum(['running', 'stopped', 'done', 'failed']),
  /** Computer and process. */
  worker: z.string(),
  /** How many workers began it, this one among them, since one ended it or was asked to stop. */
  attempts: z.int(),
  /** ISO 8601, by the clock of its worker. */
  started: z.iso.datetime(),
  seconds: z.number().nullable(),
  memory_mb: z.number().nullable(),
  /** Of one that failed. */
  error: z.object({ code: z.string(), exit_code: z.int(), text: z.string() }).nullable(),
});
export type TaskRecord = z.infer<typeof schema>;

const { find, write } = jsonFile(schema);

/** The record of a task in the folder of its plan; null where there is none that can be read, or one of another plan. */
export function findTaskRecord(folder: string, plan: Pick<Plan, 'id'>, name: string): TaskRecord | null {
  const found = find(taskFiles(join(folder, name)).record);
  return found?.plan === plan.id ? found : null;
}

/** What the last worker at a task needed, by whatever plan. */
export function lastTaskRecord(folder: string, name: string): TaskRecord | null {
  return find(taskFiles(join(folder, name)).record);
}

export function writeTaskRecord(folder: string, name: string, record: TaskRecord): void {
  write(taskFiles(join(folder, name)).record, record);
}
