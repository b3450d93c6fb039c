import { isUtf8 } from 'node:buffer';
import { DataError } from './errors.ts';
import { readFileSync } from './files/files.ts';

/**
 * Names the likeliest encoding of bytes that are not UTF-8. In GBK text Chinese characters are pairs of high bytes,
 * so runs of high bytes have even lengths; in Windows-1252 text they are mostly single accented letters.
 */
function guessEncoding(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16 LE';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16 BE';
  if (bytes.includes(0)) return bytes[0] === 0 ? 'UTF-16 BE' : 'UTF-16 LE';
  let even = 0;
  let odd = 0;
  let run = 0;
  for (const byte of [...bytes, 0]) {
    if (byte >= 0x80) run++;
    else {
      if (run > 0 && run % 2 === 0) even++;
      if (run % 2 === 1) odd++;
      run = 0;
    }
  }
  return even > odd ? 'GBK / GB18030' : 'Windows-1252 (Latin-1)';
}

function checkUtf8(bytes: Uint8Array, file: string): void {
  if (isUtf8(bytes) && !bytes.includes(0)) return;
  const guess = guessEncoding(bytes);
  throw new DataError('E_ENCODING', `the file is not UTF-8; it looks like ${guess}`, {
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
  return new TextDecoder('utf-8').decode(readUtf8(path));
}

/** The bytes of {@link readText}, a byte order mark included, for what needs no string of the whole file. */
export function readUtf8(path: string): Buffer {
  const bytes = readBytes(path);
  checkUtf8(bytes, path);
  return bytes;
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
