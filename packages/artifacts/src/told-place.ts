import { userInfo } from 'node:os';
import { isAbsolute, join, relative, sep } from 'node:path';
import { existsSync } from './files/files.ts';
import { outputFolders } from './layout.ts';

/**
 * How a file that may be handed on names a place: from the folder that Radweave was started in. What was given relatively stays.
 *
 * @returns null where that leads through the root of the file system, or another Windows drive: it would be the whole path.
 */
export function toldPlace(path: string, from: string = process.cwd()): string | null {
  if (!isAbsolute(path)) return path;
  const told = relative(from, path);
  const depth = from.split(sep).filter((part) => part !== '').length;
  const up = told.split(sep).filter((part) => part === '..').length;
  if (isAbsolute(told) || up >= depth) return null;
  return told.split(sep).join('/') || '.';
}

/** As {@link toldPlace}, and where that tells nothing the last parts of the path: enough to find it in the folder it belongs to. */
export function toldFile(path: string): string {
  return toldPlace(path) ?? lastParts(path, 3);
}

/**
 * As {@link toldPlace} for a file that has to be found again, so that the way may lead through the root: only the name where that
 * would tell the user's.
 */
export function toldWay(path: string, from: string = process.cwd(), user: string = userName()): string {
  if (!isAbsolute(path)) return path;
  const way = relative(from, path);
  const isTelling = isAbsolute(way) || way.split(sep).includes(user);
  return isTelling ? lastParts(path, 1) : way.split(sep).join('/');
}

function lastParts(path: string, count: number): string {
  return path.split(/[\\/]/).slice(-count).join('/');
}

/**
 * Where a checkpoint lies that features or a model name by {@link toldFile}: as told, else among the checkpoints of the output
 * folder. Its hash says whether it is the same.
 */
export function foundCheckpoint(outputDir: string, told: string): string {
  if (existsSync(told)) return told;
  const parts = told.split(/[\\/]/).slice(-2);
  const own = join(outputFolders(outputDir).checkpoints, ...parts);
  return parts.length === 2 && existsSync(own) ? own : told;
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
