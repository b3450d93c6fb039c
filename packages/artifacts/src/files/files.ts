/// <reference types="node" preserve="true" />
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '../errors.ts';
import { type Doing, explainFileError } from './explain.ts';

export type { Dirent } from 'node:fs';

/**
 * Node's functions on files and folders for stages and commands: the same names and arguments, but every fault is an
 * error that names the path and the remedy. The linter keeps `node:fs` itself out of there.
 */

function explained<F>(doing: Doing, call: F & ((path: string, ...rest: unknown[]) => unknown)): F {
  return ((path: string, ...rest: unknown[]) => {
    try {
      return call(path, ...rest);
    } catch (error) {
      throw explainFileError(error, doing, path);
    }
  }) as F;
}

/** Node's own tries for ever where a folder cannot be made below one that is there, as in `/proc` and folders that are mounted on demand. */
function makeFolder(path: string, options?: fs.MakeDirectoryOptions): string | undefined {
  if (options?.recursive !== true) return fs.mkdirSync(path, options);
  const isFolder = (place: string): boolean =>
    fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
  try {
    fs.mkdirSync(path);
    return path;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') {
      if (isFolder(path)) return undefined;
      throw error;
    }
    const above = dirname(path);
    if (above === path || isFolder(above)) throw error;
    const first = makeFolder(above, options);
    return makeFolder(path, options) === undefined ? undefined : (first ?? path);
  }
}

export const appendFileSync: typeof fs.appendFileSync = explained('write', fs.appendFileSync as never);
export const mkdirSync: typeof fs.mkdirSync = explained('write', makeFolder as never);
export const readdirSync: typeof fs.readdirSync = explained('read', fs.readdirSync as never);
export const readFileSync: typeof fs.readFileSync = explained('read', fs.readFileSync as never);
export const renameSync: typeof fs.renameSync = explained('write', fs.renameSync as never);
export const rmdirSync: typeof fs.rmdirSync = explained('write', fs.rmdirSync as never);
export const rmSync: typeof fs.rmSync = explained('write', fs.rmSync as never);
export const statSync: typeof fs.statSync = explained('read', fs.statSync as never);

/** Whether there is a folder, or a link to one. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Whether there is such a file or folder. Unlike Node's, it does not call missing what it may not look at.
 *
 * @throws ResourceError for a folder above that may not be entered, or a disk that fails.
 */
export function existsSync(path: string): boolean {
  try {
    return fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // A file in place of a folder above it, or a circle of links, leads to nothing either.
    if (['ENOTDIR', 'ELOOP'].includes(systemCode(error) ?? '')) return false;
    throw explainFileError(error, 'read', path);
  }
}
