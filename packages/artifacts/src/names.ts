import { offer } from '@radweave/remarks';
import { z } from 'zod';
import { UsageError } from './errors.ts';

/** What no file's name may hold on every platform, and on Windows the names of its devices and an end that it takes away. */
const BAD_CHARACTER = /[\\/:*?"<>|\p{Cc}]/u;
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
const BAD_END = /[. ]$/;

/** File systems hold 255 bytes; temporary files and folds add to a name. */
const MOST_BYTES = 180;

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
  const isList = what === 'modality' && name.includes(',');
  const why = isList ? 'it holds a comma, which stands between modalities' : whyNot(name);
  const shown = name.length > 60 ? `${name.slice(0, 40)}…` : name;
  return why === null
    ? null
    : `'${shown}' cannot be the name of a ${what}, which becomes that of a folder or file: ${why}`;
}

/** Files must lie where they are looked for on every platform: folders go from Linux to Windows and back. */
function whyNot(name: string): string | null {
  const bad = BAD_CHARACTER.exec(name)?.[0];
  if (bad !== undefined) return `it holds ${/\p{Cc}/u.test(bad) ? 'a control character' : bad}`;
  if (name === '') return 'it is empty';
  if (BAD_END.test(name)) return 'it ends with a dot or a space, which Windows takes away';
  if (DEVICE.test(name)) return 'Windows has a device of this name';
  const bytes = Buffer.byteLength(name);
  return bytes <= MOST_BYTES ? null : `it is too long: ${bytes} bytes, at most ${MOST_BYTES}`;
}

/** A name of the user's that becomes that of a folder, as a value of a file; empty where it `mayBeEmpty`. */
export function folderNameField(what: string, mayBeEmpty = false): z.ZodString {
  const faultOf = (name: string): string | null => (mayBeEmpty && name === '' ? null : nameFault(what, name));
  return z
    .string()
    .refine((name) => faultOf(name) === null, { error: ({ input }) => faultOf(String(input)) ?? undefined });
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

/** Words of a command line that people paste: as a POSIX shell, or cmd.exe and PowerShell, take each for one word. */
export function inShell(words: string | readonly string[], platform = process.platform): string {
  return [words]
    .flat()
    .map((word) => shellWord(word, platform))
    .join(' ');
}

function shellWord(word: string, platform: NodeJS.Platform): string {
  if (/^[\p{L}\p{N}_\-./:=,@%+]+$/u.test(word)) return word;
  return platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
