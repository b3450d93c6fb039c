import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { statSync } from './files/files.ts';
import { isObjectAddress } from './object-place.ts';

/**
 * The one name of a place, however it is spelled: absolute, with links followed, and with the letters that a file system has which
 * takes capital letters for small ones. What is not there, or may not be looked at, keeps its name below the folder that is.
 */
export function realPlace(path: string): string {
  const place = resolve(path);
  try {
    return realpathSync.native(place);
  } catch {
    const above = dirname(place);
    return above === place ? place : join(realPlace(above), basename(place));
  }
}

/** Also where a folder is mounted in two places. */
export function isSamePlace(one: string, other: string): boolean {
  if (realPlace(one) === realPlace(other)) return true;
  const [a, b] = [one, other].map(identityOf);
  return a !== undefined && a === b;
}

/** What may not be looked at is as if it were not there. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}

/**
 * How records in an output folder name a path: relative to that folder, with forward slashes. Links stay below the nearest folder that
 * holds both, as a study that is moved takes them along.
 */
export function relativeToOutput(outputDir: string, path: string): string {
  if (isObjectAddress(path)) return path;
  const output = realPlace(outputDir);
  const place = resolve(path);
  let above = place;
  while (!isWithin(output, realPlace(above)) && above !== dirname(above)) above = dirname(above);
  const named = join(realPlace(above), relative(above, place));
  return relative(output, named).split(sep).join('/') || '.';
}

/** Whether a place is a folder, or lies in it. */
export function isWithin(place: string, folder: string): boolean {
  const below = relative(folder, place);
  return !isAbsolute(below) && below.split(sep)[0] !== '..';
}

/** Where a path lies that a record in an output folder names; where that folder was moved and left a link, also as seen from the link. */
export function locatedFromOutput(outputDir: string, path: string): string {
  if (isAbsolute(path)) return path;
  const [place, beside] = [join(realPlace(outputDir), path), join(outputDir, path)];
  return identityOf(place) === undefined && identityOf(beside) !== undefined ? beside : place;
}
