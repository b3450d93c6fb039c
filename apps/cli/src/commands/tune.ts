import { jsonLine, readSearch, tuneFiles } from '@radweave/artifacts';
import { planSearch, STAGES } from '@radweave/pipeline';
import { searchEnding } from '../present/search.ts';
import { addFlags } from '../stage/add-flags.ts';
import { readCall, tellFile } from '../stage/flags.ts';
import { terminalRunner } from '../stage/run-stage.ts';
import type { Define } from './define.ts';
import { WORK_FLAGS, type WorkFlags, workOn } from './work.ts';

const flags = STAGES.find(({ name }) => name === 'tune')?.command?.flags;

export const define: Define = (command) => {
  addFlags(command, 'tune', { ...flags, ...WORK_FLAGS });
  command.action(async (typed: WorkFlags & { modality: string }) => {
    const call = readCall('tune', typed);
    tellFile(call, typed);
    const { config } = call;
    const plan = await planSearch({ config, modality: typed.modality }, terminalRunner(typed.quiet === true));
    await workOn(plan, typed);
    const { record } = tuneFiles(plan.config.experiment.output_dir);
    process.stdout.write(typed.json === true ? jsonLine(readSearch(record)) : searchEnding(plan));
  });
};
