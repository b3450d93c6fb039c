import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';

/**
 * Calls `after` whenever a call has changed what lies on disk under its final name: with what it then finds there, a
 * process that is killed at this moment leaves. Modules that take the functions of `node:fs` for themselves must be
 * imported afterwards.
 *
 * @returns puts the functions back.
 */
export function afterEachFileChange(after: () => void): () => void {
  const { renameSync, appendFileSync, rmSync, writeFileSync, mkdirSync } = fs;
  const kept = { renameSync, appendFileSync, rmSync, writeFileSync, mkdirSync };
  const rename = promises.rename;
  for (const name of Object.keys(kept) as (keyof typeof kept)[]) {
    Object.assign(fs, {
      [name]: (...args: never[]) => {
        const result: unknown = Reflect.apply(kept[name], fs, args);
        after();
        return result;
      },
    });
  }
  promises.rename = async (from, to) => {
    await rename(from, to);
    after();
  };
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, kept);
    promises.rename = rename;
    syncBuiltinESMExports();
  };
}

/**
 * Copies a folder; checkpoints, which are only ever replaced, as links.
 *
 * @param skip names of folders that are left out.
 */
export function copyTree(from: string, to: string, skip: readonly string[] = []): void {
  fs.cpSync(from, to, {
    recursive: true,
    filter: (source) => !skip.includes(basename(source)) && !source.endsWith('.pth'),
  });
  for (const path of fs.readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.pth')) fs.linkSync(join(from, path), join(to, path));
  }
}
