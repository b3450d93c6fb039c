import { jsonLine } from '@radweave/artifacts';
import {
  type CommandPart,
  type Flags,
  type Next,
  placeIn,
  type Runner,
  renewRecord,
  type SomeStage,
  STAGES,
  type StageName,
} from '@radweave/pipeline';
import { forThisStudy } from '../command-line.ts';
import { fieldsText, presenterOf } from '../present/index.ts';
import type { FlagValues, Shown } from '../present/presenter.ts';
import { addFlags } from '../stage/add-flags.ts';
import { type CallConfig, type CommonFlags, readCall, tellFile } from '../stage/flags.ts';
import { onTerminal } from '../stage/run-stage.ts';
import type { Define } from './define.ts';

type Typed = CommonFlags & FlagValues;

type Commanded = SomeStage & { readonly command: CommandPart<unknown, Flags, SomeStage> };

export function stageCommand(name: string): Define {
  const all: readonly SomeStage[] = STAGES;
  const stages = all.filter((stage): stage is Commanded => stage.command?.name === name);
  const flags: Flags = Object.assign({}, ...stages.map(({ command }) => command.flags));
  const positional = Object.keys(flags).filter((flag) => flags[flag]?.kind === 'positional');
  const switches = Object.keys(flags).filter((flag) => flags[flag]?.syntax === '');
  return (command) => {
    addFlags(command, name, flags);
    command.action(async (...args: unknown[]) => {
      await perform(stages, name, {
        ...Object.fromEntries(switches.map((flag) => [flag, false])),
        ...(args[positional.length] as Typed),
        ...Object.fromEntries(positional.map((flag, i) => [flag, args[i]])),
      });
    });
  };
}

/** Runs the stage that the flags mean: the last of those that may be meant. */
async function perform(stages: readonly Commanded[], name: string, flags: Typed): Promise<void> {
  const call = readCall(name, flags);
  tellFile(call, flags);
  for (const stage of [...stages].reverse()) {
    const options = stage.command.options(call, flags);
    if (options === null) continue;
    await onTerminal(flags.quiet === true, (runner) => runAndShow(stage, options, call, flags, runner));
    return;
  }
}

async function runAndShow(
  stage: Commanded,
  options: unknown,
  call: CallConfig,
  flags: Typed,
  runner: Runner,
): Promise<void> {
  const name = stage.name as StageName;
  const { written, fault } = await presenterOf(name);
  const print = ({ json, text }: Shown): void => {
    process.stdout.write(flags.json === true ? jsonLine(json) : forThisStudy(text));
  };
  let result: unknown;
  try {
    const warnings: string[] = [];
    result = await runner.run(name, options as never, (text) => warnings.push(text));
    if (stage.job?.isDoneAlone === true) {
      const outputs = stage.writes(options as never, result as never);
      await renewRecord(name, call.config, outputs, warnings, runner);
    }
  } catch (error) {
    if (written !== undefined && Object(error).code === written.code) print(written.read(call.config));
    throw isFirst(stage) ? error : Object.assign(Object(error), { isOthers: true });
  }
  if (!isFirst(stage)) return;
  const next = stage.command.next?.(call, flags) ?? null;
  print(
    written?.read(call.config) ??
      (next === null
        ? { json: result, text: await textOf(name, result, flags) }
        : await withNext(name, result, next, flags, runner)),
  );
  const wrong = fault?.(result as never) ?? null;
  if (wrong !== null) throw wrong;
}

/** Of processes that train together the first one tells of the result, or how to continue. */
function isFirst(stage: SomeStage): boolean {
  return stage.name !== 'train' || (placeIn(process.env)?.rank ?? 0) === 0;
}

async function withNext(
  name: StageName,
  result: unknown,
  next: Next<SomeStage>,
  flags: Typed,
  runner: Runner,
): Promise<Shown> {
  const stage = next.stage.name as StageName;
  const following = await runner.run(stage, next.options as never, () => undefined);
  return {
    json: { ...Object(result), [next.as]: following },
    text: (await textOf(name, result, flags)) + (await textOf(stage, following, flags)),
  };
}

async function textOf(name: StageName, result: unknown, flags: FlagValues): Promise<string> {
  const { text } = await presenterOf(name);
  return text === undefined ? fieldsText(result) : text(result as never, flags);
}
