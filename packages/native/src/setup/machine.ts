import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Need } from './advice.ts';
import { isDebian, mayInstall } from './apt.ts';
import { chooseBlas } from './blas.ts';
import { SetupError } from './errors.ts';
import { fetchedLibtorches } from './fetch.ts';
import { findLibtorch, systemPrefixes } from './find.ts';
import type { Libtorch } from './libtorch.ts';
import type { Named } from './named.ts';
import { nvidiaDriver, whyNotPinned } from './nvidia.ts';
import { packageClient } from './package-client.ts';
import { PINNED_TORCH } from './pinned.ts';
import type { Facts } from './plan.ts';
import { prebuiltFor } from './prebuilt.ts';
import { pythonTorch } from './python.ts';
import { onPath, run } from './run.ts';
import { type Engine, THIS_MACHINE, wheelsFor } from './wheels.ts';

/** What building the engine needs besides libtorch and is not there. */
export function missingTools(env: NodeJS.ProcessEnv = process.env): Need[] {
  const missing: Need[] = [];
  if (!onPath('cmake', env)) missing.push('cmake');
  if (!hasCompiler(env)) missing.push('compiler');
  if (process.platform !== 'win32' && !onPath('ninja', env) && !onPath('make', env))
    missing.push('build tool');
  return missing;
}

function hasCompiler(env: NodeJS.ProcessEnv): boolean {
  if (env.CXX) return true;
  if (process.platform === 'win32') {
    const installer = join(
      env['ProgramFiles(x86)'] ?? 'C:\\Program Files (x86)',
      'Microsoft Visual Studio\\Installer',
    );
    return onPath('cl', env) || existsSync(join(installer, 'vswhere.exe'));
  }
  // macOS has /usr/bin/c++ even where no compiler is behind it.
  if (process.platform === 'darwin') return run('xcode-select', ['-p']).ok;
  return ['c++', 'g++', 'clang++'].some((name) => onPath(name, env));
}

/** What the user wants of a libtorch. */
export interface Wish {
  named: Named | undefined;
  /** For which devices; undefined where the user has not said. */
  engine?: Engine | undefined;
  /** Whether only the libtorch that set-up fetches will do. */
  pinned?: boolean;
}

/**
 * The devices a libtorch is fetched for: what the user said, else a GPU where the driver and its GPUs can use the pinned build.
 *
 * @returns a sentence, too, on a GPU that it cannot be for.
 */
export function engineToFetch(
  asked: Engine | undefined,
  env: NodeJS.ProcessEnv,
): { engine: Engine; why: string } {
  const driver = asked === 'cpu' ? undefined : nvidiaDriver(env);
  if (driver === undefined) return { engine: asked ?? 'cpu', why: '' };
  const why = whyNotPinned(driver);
  if (why === undefined && wheelsFor(THIS_MACHINE, 'cuda').length > 0) return { engine: 'cuda', why: '' };
  return { engine: asked ?? 'cpu', why: why ?? '' };
}

/**
 * Looks at the machine without changing it.
 *
 * @param built whether the engine for a libtorch is in the cache, so that no compiler is needed.
 * @throws SetupError when what is named is no libtorch, or a GPU is asked for that the libtorch to fetch is not for.
 */
export function lookAround(
  env: NodeJS.ProcessEnv,
  { named, engine: asked, pinned = false }: Wish,
  built: (libtorch: Libtorch) => boolean,
): { facts: Facts; libtorch: Libtorch | undefined } {
  const { platform, arch } = process;
  const lacking = missingTools(env);
  const pinnedEngine = prebuiltFor({ version: PINNED_TORCH, gpu: null, cudaInclude: null });
  const isPrebuilt = 'folder' in pinnedEngine;
  const isReady = (found: Libtorch): boolean => 'folder' in prebuiltFor(found) || built(found);
  // With a compiler every libtorch will do; without, the one that engines are prebuilt for, which may have to be fetched.
  const canBuild = lacking.length === 0 || !isPrebuilt || (isDebian() && mayInstall());
  const devices = engineToFetch(asked, env);
  const { libtorch, skipped } = findLibtorch({
    platform,
    arch,
    named,
    python: () => (pinned ? undefined : pythonTorch(env)),
    // The card or its driver may be another one since.
    fetched: fetchedLibtorches(devices.engine, env),
    gpuOnly: asked === 'cuda',
    whyUseless: (found) =>
      canBuild || isReady(found)
        ? undefined
        : `version ${found.version}, which no engine is prebuilt for, and to build one is missing: ${lacking.join(', ')}`,
    prefixes: pinned ? [] : systemPrefixes(platform),
  });
  const tools = libtorch !== undefined && isReady(libtorch) ? [] : lacking;
  const engineHere = libtorch === undefined ? pinnedEngine : prebuiltFor(libtorch);
  if (tools.length > 0 && 'why' in engineHere && engineHere.why !== null) {
    skipped.push(`the prebuilt engine: ${engineHere.why}`);
  }
  const { engine, why } = libtorch === undefined ? devices : { engine: 'cpu' as const, why: '' };
  if (asked === 'cuda' && why !== '') {
    throw new SetupError([...skipped.map((place) => `Not taken: ${place}`), why].join('\n'));
  }
  const facts: Facts = {
    platform,
    debian: isDebian(),
    mayInstall,
    missing: libtorch === undefined ? ['libtorch', ...tools] : tools,
    fetchable: {
      engine,
      apt: pinned || asked === 'cuda' ? 'never' : engine === 'cpu' ? 'first' : 'last',
      wheels: wheelsFor(THIS_MACHINE, engine),
      hasClient: () => packageClient(env) !== undefined,
      isPrebuilt,
    },
    blas: libtorch && chooseBlas(libtorch, process).kind,
    skipped: why === '' ? skipped : [...skipped, why],
  };
  return { facts, libtorch };
}
