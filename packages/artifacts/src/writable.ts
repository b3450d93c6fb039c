import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { sweepLeftovers, temporaryName } from '@radweave/native/temporary';
import { refuseDevice } from './atomic.ts';
import { isForbidden, ResourceError } from './errors.ts';
import { explainFileError } from './files/explain.ts';

/**
 * Tries whether a folder can be written, or, where it is not there yet, made: before hours of work, not after.
 *
 * @param flag The flag that names another one.
 * @throws ResourceError `E_NOT_WRITABLE` or `E_DISK_FULL`.
 */
export function requireWritable(folder: string, flag: string): void {
  let place = resolve(folder);
  while (!existsSync(place) && place !== dirname(place)) place = dirname(place);
  if (!statSync(place).isDirectory()) throw notWritable(folder, `${place} is a file`, flag);
  sweepLeftovers(place);
  const probe = temporaryName(join(place, 'radweave'), 'tmp');
  try {
    closeSync(openSync(probe, 'wx'));
    rmSync(probe, { force: true });
  } catch (error) {
    if (!isForbidden(error)) throw explainFileError(error, 'write', folder);
    throw notWritable(folder, `${place} cannot be written`, flag, error);
  }
}

/**
 * {@link requireWritable} of a file: no folder may have its name, and no device.
 *
 * @throws UsageError `E_NOT_A_FILE` too.
 */
export function requireWritableFile(path: string, flag: string): void {
  refuseDevice(path);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new ResourceError('E_NOT_WRITABLE', 'a folder has the name of the file to write', {
      where: path,
      hint: `Name a file with ${flag}`,
    });
  }
  requireWritable(dirname(path), flag);
}

function notWritable(folder: string, why: string, flag: string, cause?: unknown): ResourceError {
  return new ResourceError('E_NOT_WRITABLE', `no files can be written here: ${why}`, {
    where: folder,
    hint: `Name another folder with ${flag}`,
    cause,
  });
}
