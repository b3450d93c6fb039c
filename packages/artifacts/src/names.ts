import { offer } from '@radweave/remarks';
import { UsageError } from './errors.ts';

/** Names of folders on every platform: none of them leads out of the folder it is made in. */
export const FOLDER_NAME: RegExp = /^(?!\.+$)[^\\/:*?"<>|\p{Cc}]+$/u;

/** Modalities also stand in lists, with commas between them. */
export const MODALITY_NAME: RegExp = /^(?!\.+$)[^\\/:*?"<>|,\p{Cc}]+$/u;

/** File systems hold 255 bytes; temporary files and folds add to a name. */
const MOST_BYTES = 180;

/** Whether a name can be that of a folder, or a part of a file's. */
export function isFolderName(name: string): boolean {
  return FOLDER_NAME.test(name) && Buffer.byteLength(name) <= MOST_BYTES;
}

/**
 * Returns a name that becomes a folder or a part of a file's name, wherever it was given: everything that makes a path of
 * a name asks this.
 *
 * @param what What it is the name of, such as `run` or `modality`.
 * @throws UsageError `E_NAME` when a file of this name would lie elsewhere, or cannot be made.
 */
export function folderName(what: string, name: string): string {
  const fault = nameFault(what, name);
  if (fault === null) return name;
  throw new UsageError('E_NAME', fault, {
    hint: 'Use letters, digits, spaces, dots, dashes and underscores; not a path',
  });
}

/** Why {@link folderName} refuses a name; null when it does not. */
export function nameFault(what: string, name: string): string | null {
  if (isFolderName(name)) return null;
  if (!FOLDER_NAME.test(name)) {
    return `'${name}' cannot be the name of a ${what}: it becomes the name of a folder or file`;
  }
  return `the ${what} name '${name.slice(0, 40)}…' is too long: ${Buffer.byteLength(name)} bytes, at most ${MOST_BYTES}`;
}

/** A name within that of a file: characters that file systems refuse, and spaces, become `_`. */
export function inFileName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_');
}

/** Refuses a modality that is none of those known, before it is passed over. @throws UsageError `E_MODALITIES` that offers them. */
export function requireModality(modality: string, known: readonly string[], where: string): void {
  if (known.includes(modality)) return;
  throw new UsageError('E_MODALITIES', `there is no modality '${modality}' here`, {
    where,
    hint: offer(modality, known),
  });
}
