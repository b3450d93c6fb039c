import type { StageName, StageOptions, StageResult } from '@radweave/pipeline';
import type { Command } from 'commander';
import type { Define } from '../commands/index.ts';
import { addFlags, type CallConfig, type CommonFlags, readCall } from './flags.ts';
import { runStage } from './run-stage.ts';

/** A command that runs one stage. */
export interface StageCommand<S extends StageName, Own> {
  stage: S;
  /** Adds the flags that choose what to do, beside those that set configuration keys. */
  flags: (command: Command) => void;
  options: (call: CallConfig, own: Own) => StageOptions<S>;
  /** The result for people, on standard output. */
  present: (result: StageResult<S>) => string;
}

/** Turns it into what commander needs. */
export function stageCommand<S extends StageName, Own>(spec: StageCommand<S, Own>): Define {
  return (command) => {
    spec.flags(command);
    addFlags(command, spec.stage);
    command.action(async (flags: CommonFlags & Record<string, unknown>) => {
      const call = readCall(spec.stage, flags);
      const quiet = flags.quiet === true;
      if (call.file !== null && !quiet) process.stderr.write(`Configuration: ${call.file}\n`);
      const result = await runStage(spec.stage, spec.options(call, flags as Own), quiet);
      process.stdout.write(flags.json === true ? `${JSON.stringify(result)}\n` : spec.present(result));
    });
  };
}
