import { jsonLine } from '@radweave/artifacts';
import { openPlan, studyStatus, type TaskStatus } from '@radweave/pipeline';
import { counted } from '@radweave/remarks';
import { addFlags } from '../stage/add-flags.ts';
import { type CommonFlags, readCall } from '../stage/flags.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

export const define: Define = (command) => {
  addFlags(command, 'status', {});
  command.action(async (flags: CommonFlags & Record<string, unknown>) => {
    const tasks = await studyStatus(openPlan(readCall('status', flags)));
    process.stdout.write(flags.json === true ? jsonLine(tasks) : statusText(tasks));
  });
};

/** How far a study is, as a table. */
export function statusText(tasks: readonly TaskStatus[]): string {
  const rows = tasks.map(({ name, state, seconds, worker }) => [
    name,
    state,
    seconds === null ? '' : `${seconds.toFixed(0)} s`,
    worker ?? '',
  ]);
  const counts = new Map<string, number>();
  for (const { state } of tasks) counts.set(state, (counts.get(state) ?? 0) + 1);
  const sum = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  const errors = tasks.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error.text}\n`]));
  return `${table(['task', 'state', 'took', 'worker'], rows)}\n${counted(tasks.length, 'task')}: ${sum}\n${errors.join('')}`;
}
