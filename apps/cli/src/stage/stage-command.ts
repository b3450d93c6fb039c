import type { StageName, StageOptions, StageResult } from '@radweave/pipeline';
import type { Command } from 'commander';
import type { Define } from '../commands/define.ts';
import { addFlags, type CallConfig, type CommonFlags, readCall } from './flags.ts';
import { runStage } from './run-stage.ts';

/** A command that runs one stage. */
export interface StageCommand<S extends StageName, Own> {
  stage: S;
  /** Adds the flags that choose what to do, beside those that set configuration keys. */
  flags: (command: Command) => void;
  options: (call: CallConfig, own: Own) => StageOptions<S>;
  /** The result for people, on standard output; what `next` tells is left out. */
  present: (result: StageResult<S>, own: Own) => string;
  /** What the command does in place of its stage; null to run the stage. */
  instead?: (call: CallConfig, own: Own, quiet: boolean) => Promise<Following | null>;
  /** What the command goes on with; its result is printed after, and stands in the JSON under its name. */
  next?: (call: CallConfig, own: Own, quiet: boolean) => Promise<Following | null>;
}

/** The result of what a command went on with. */
export interface Following {
  name: string;
  result: unknown;
  text: string;
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
      const other = (await spec.instead?.(call, flags as Own, quiet)) ?? null;
      if (other !== null) {
        process.stdout.write(flags.json === true ? `${JSON.stringify(other.result)}\n` : other.text);
        return;
      }
      const result = await runStage(spec.stage, spec.options(call, flags as Own), quiet);
      const next = (await spec.next?.(call, flags as Own, quiet)) ?? null;
      const json = next === null ? result : { ...result, [next.name]: next.result };
      process.stdout.write(
        flags.json === true
          ? `${JSON.stringify(json)}\n`
          : spec.present(result, flags as Own) + (next?.text ?? ''),
      );
    });
  };
}
