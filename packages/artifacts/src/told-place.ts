import { userInfo } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { existsSync } from './files/files.ts';
import { outputFolders } from './layout.ts';
import { requireModality } from './names.ts';

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

/**
 * How such a file names another that has to be found again: by the way to it, also through the root; where that would tell the user's
 * name, by the last parts of the path, enough to find it in the folder it belongs to.
 */
export function toldFile(path: string, from: string = process.cwd(), user: string = userName()): string {
  if (!isAbsolute(path)) return path;
  const way = relative(from, path);
  const parts = way.split(sep);
  if (!isAbsolute(way) && !parts.includes(user)) return parts.join('/');
  return parts
    .slice(parts.lastIndexOf(user) + 1)
    .slice(-LAST)
    .join('/');
}

/** `checkpoints/RUN/best_model.pth`. */
const LAST = 3;

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

/**
 * Where the checkpoints of a fused model lie, by modality: where the user says, else in the study that the model lies in.
 *
 * @throws UsageError where the user names a modality that the model does not have.
 */
export function checkpointsOf(
  model: string,
  modalities: readonly { readonly modality: string; readonly checkpoint: string }[],
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const outputDir = dirname(dirname(resolve(model)));
  const found = modalities.map(({ modality, checkpoint }) => [
    modality,
    foundCheckpoint(outputDir, checkpoint),
  ]);
  const names = modalities.map(({ modality }) => modality);
  for (const modality of Object.keys(given)) requireModality(modality, names, '--checkpoint');
  return { ...Object.fromEntries(found), ...given };
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
