import { jsonLine } from '@radweave/artifacts';
import { planStudy } from '@radweave/pipeline';
import { counted } from '@radweave/remarks';
import { forThisStudy } from '../command-line.ts';
import { addFlags } from '../stage/add-flags.ts';
import { readCall, tellFile } from '../stage/flags.ts';
import { onTerminal } from '../stage/run-stage.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';
import { JOB_FLAGS, type JobFlags, jobOptions } from './job-flags.ts';

export const define: Define = (command) => {
  addFlags(command, 'plan', JOB_FLAGS);
  command.action(async (flags: JobFlags) => {
    const call = readCall('plan', flags);
    tellFile(call, flags);
    const how = jobOptions(flags);
    const { plan, file } = await onTerminal(flags.quiet === true, (runner) =>
      planStudy(call.config, how, runner, call.countsClasses),
    );
    if (flags.json === true) {
      process.stdout.write(jsonLine({ ...plan, file }));
      return;
    }
    const rows = plan.tasks.map(({ name, needs, after }) => {
      // Those that others of them wait for go without saying.
      const known = new Set(plan.tasks.flatMap((one) => (after.includes(one.name) ? one.after : [])));
      return [name, needs.device, after.filter((one) => !known.has(one)).join(', ')];
    });
    process.stdout.write(`${table(['task', 'device', 'after'], rows)}\n`);
    process.stdout.write(
      forThisStudy(`${counted(plan.tasks.length, 'task')}: ${file}\nNow run radweave work\n`),
    );
  });
};
