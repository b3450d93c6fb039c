import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Need } from './advice.ts';
import { isDebian, mayInstall } from './apt.ts';
import { chooseBlas } from './blas.ts';
import { findLibtorch, systemPrefixes } from './find.ts';
import type { Libtorch } from './libtorch.ts';
import type { Named } from './named.ts';
import type { Facts } from './plan.ts';
import { pythonTorch } from './python.ts';
import { onPath, run } from './run.ts';

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

/**
 * Looks at the machine without changing it.
 *
 * @param named the libtorch that the user named.
 * @param built whether the engine for a libtorch is in the cache, so that no compiler is needed.
 */
export function lookAround(
  env: NodeJS.ProcessEnv,
  named: Named | undefined,
  built: (libtorch: Libtorch) => boolean,
): { facts: Facts; libtorch: Libtorch | undefined } {
  const { platform, arch } = process;
  const places = {
    platform,
    arch,
    named,
    python: pythonTorch,
    prefixes: systemPrefixes(platform),
  };
  const { libtorch, skipped } = findLibtorch(places);
  const tools = libtorch !== undefined && built(libtorch) ? [] : missingTools(env);
  const facts: Facts = {
    platform,
    debian: isDebian(),
    mayInstall,
    missing: libtorch === undefined ? ['libtorch', ...tools] : tools,
    blas: libtorch && chooseBlas(libtorch, process).kind,
    skipped,
  };
  return { facts, libtorch };
}
