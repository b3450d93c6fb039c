import { isUtf8 } from 'node:buffer';
import { decodeTable, guessEncoding } from './encoding.ts';
import { DataError } from './errors.ts';
import { explainFileError } from './files/explain.ts';
import { readFileSync } from './files/files.ts';

function isPlain(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

function notUtf8(bytes: Uint8Array, file: string): DataError {
  const guess = guessEncoding(bytes);
  const which = guess === null ? ', and its encoding is not known' : `; it looks like ${guess}`;
  return new DataError('E_ENCODING', `the file is not UTF-8${which}`, {
    where: file,
    hint: 'Save it again as UTF-8 (in Excel: "CSV UTF-8"; in an editor: "Save with encoding")',
  });
}

/**
 * Reads a UTF-8 text file, with or without a byte order mark.
 *
 * @throws DataError `E_FILE_MISSING`, or `E_ENCODING` that names the likeliest encoding and how to convert the file.
 */
export function readText(path: string): string {
  const bytes = readBytes(path);
  if (!isPlain(bytes)) throw notUtf8(bytes, path);
  return decoded(bytes, path);
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8').decode(bytes);
  } catch (error) {
    // A string has at most 512 MB.
    throw explainFileError(error, 'read', path);
  }
}

/**
 * The text of a table's bytes in UTF-8, a byte order mark included, for what needs no string of the whole file. Spreadsheets
 * also write UTF-16 and, in China, GBK or GB18030: these are read too.
 *
 * @throws DataError as {@link readText}, for every other encoding.
 */
export function tableText(bytes: Buffer, path: string): Buffer {
  if (isPlain(bytes)) return bytes;
  const decoded = decodeTable(bytes);
  if (decoded === null) throw notUtf8(bytes, path);
  return Buffer.from(decoded);
}

/**
 * Reads a file.
 *
 * @param hint What the user can do when it is missing, e.g. which command writes it; else what any missing file asks for.
 * @throws DataError `E_FILE_MISSING` when there is no such file; ResourceError when it may not be read or the disk fails.
 */
export function readBytes(path: string, hint?: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!(error instanceof DataError) || error.code !== 'E_FILE_MISSING') throw error;
    throw new DataError(error.code, error.what, {
      where: path,
      hint: hint ?? error.hint,
      cause: error.cause,
    });
  }
}
