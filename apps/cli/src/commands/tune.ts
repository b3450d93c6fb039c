import { jsonLine, readSearch, tuneFiles } from '@radweave/artifacts';
import { type OpenPlan, planSearch, STAGES } from '@radweave/pipeline';
import { searchEnding } from '../present/search.ts';
import { addFlags } from '../stage/add-flags.ts';
import { readCall, tellFile } from '../stage/flags.ts';
import { onTerminal } from '../stage/run-stage.ts';
import type { Define } from './define.ts';
import { WORK_FLAGS, type WorkFlags, workOn } from './work.ts';

const flags = STAGES.find(({ name }) => name === 'tune')?.command?.flags;

export const define: Define = (command) => {
  addFlags(command, 'tune', { ...flags, ...WORK_FLAGS });
  command.action(async (typed: WorkFlags & { modality?: string[] }) => {
    const call = readCall('tune', typed);
    tellFile(call, typed);
    const { config } = call;
    const plans: OpenPlan[] = [];
    // All are drawn before the first is trained: what one lacks is told at once.
    await onTerminal(typed.quiet === true, async (runner) => {
      for (const modality of new Set(typed.modality ?? config.data.modalities))
        plans.push(await planSearch({ config, modality }, runner));
    });
    await workOn(plans, typed);
    const found = plans.map((plan) => readSearch(tuneFiles(plan.config.experiment.output_dir).record));
    const json = found.length === 1 ? found[0] : found;
    process.stdout.write(typed.json === true ? jsonLine(json) : plans.map(searchEnding).join('\n'));
  });
};
