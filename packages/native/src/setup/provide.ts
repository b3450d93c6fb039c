import { rmSync } from 'node:fs';
import { stepsFor } from './advice.ts';
import { isDebian } from './apt.ts';
import { buildAddons, installAddons, isComplete } from './build.ts';
import { SetupError, VariableError } from './errors.ts';
import type { Libtorch } from './libtorch.ts';
import { missingTools } from './machine.ts';
import { prebuiltFor } from './prebuilt.ts';
import { askAgain, type EngineReport } from './verify.ts';

export type Way = 'up to date' | 'prebuilt' | 'built';

interface Ways {
  find: (libtorch: Libtorch) => ReturnType<typeof prebuiltFor>;
  build: typeof buildAddons;
  lacks: typeof missingTools;
}

/**
 * Provides the engine for a libtorch in `folder`: the one that is there, else the prebuilt one, where it fits and works, else
 * one that is compiled here.
 *
 * @param load tries the engine in a process of its own; what it throws for a prebuilt one leads to compiling.
 * @throws SetupError where the engine cannot be compiled, or does not work when it is.
 */
export function provideEngine(
  libtorch: Libtorch,
  folder: string,
  load: () => EngineReport,
  say: (line: string) => void,
  env: NodeJS.ProcessEnv,
  { find, build, lacks }: Ways = { find: prebuiltFor, build: buildAddons, lacks: missingTools },
): { engine: EngineReport; way: Way } {
  if (isComplete(folder, libtorch))
    return { engine: askAgain(load, folder, libtorch, env), way: 'up to date' };
  const found = find(libtorch);
  if ('folder' in found) {
    installAddons(found.folder, found.files, folder, libtorch);
    try {
      return { engine: load(), way: 'prebuilt' };
    } catch (error) {
      if (!(error instanceof SetupError) || error instanceof VariableError) throw error;
      rmSync(folder, { recursive: true, force: true });
      say(`The prebuilt engine is not taken. ${error.message}`);
    }
  } else if (found.why !== null) {
    say(`The prebuilt engine is not taken: ${found.why}`);
  }
  const missing = lacks(env);
  if (missing.length > 0) {
    const steps = stepsFor(missing, process.platform, isDebian());
    throw new SetupError(`Set-up needs ${missing.join(', ')} to build the engine; none was made.\n${steps}`);
  }
  say('Building the engine: one to six minutes on two cores');
  build(libtorch, folder);
  return { engine: load(), way: 'built' };
}
