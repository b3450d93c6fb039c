import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nativeCache } from './cache.ts';
import { writeWhole } from './whole.ts';

/** A folder that the user named as libtorch, and by what. */
export interface Named {
  folder: string;
  by: 'RADWEAVE_LIBTORCH' | '--libtorch' | 'an earlier --libtorch';
}

/** Outlives new versions of Radweave, which records of builds do not. */
function remembered(env: NodeJS.ProcessEnv): string {
  return join(nativeCache(env), 'named-libtorch');
}

/**
 * What the user named: now by `--libtorch`, by `RADWEAVE_LIBTORCH`, or by an earlier `--libtorch`. `auto` and `pinned` are no
 * folders: whatever is found, and what set-up fetches.
 */
export function namedLibtorch(asked: string | undefined, env: NodeJS.ProcessEnv): Named | undefined {
  if (asked === 'auto' || asked === 'pinned') return undefined;
  if (asked !== undefined) return { folder: asked, by: '--libtorch' };
  if (env.RADWEAVE_LIBTORCH) return { folder: env.RADWEAVE_LIBTORCH, by: 'RADWEAVE_LIBTORCH' };
  const path = remembered(env);
  return existsSync(path) ? { folder: readFileSync(path, 'utf8'), by: 'an earlier --libtorch' } : undefined;
}

/** @param root the folder that later set-ups shall take; undefined forgets it. */
export function rememberLibtorch(root: string | undefined, env: NodeJS.ProcessEnv): void {
  const path = remembered(env);
  if (root === undefined) rmSync(path, { force: true });
  else writeWhole(path, root);
}
