import { randomBytes } from 'node:crypto';
import { writeSecretOnce } from './atomic.ts';
import { DataError } from './errors.ts';
import { existsSync } from './files/files.ts';
import { readText } from './text.ts';

/**
 * The key of hashes that stand for something that could be guessed. It is made once, for nobody else's eyes, and kept: under
 * another key all hashes are others.
 *
 * @param what of the hashes, for the error message.
 * @param hint what to do where it is lost.
 * @returns 64 hexadecimal digits.
 * @throws DataError `E_KEY` when the file holds something else.
 */
export function secretKey(path: string, what: string, hint: string): string {
  if (!existsSync(path)) writeSecretOnce(path, `${randomBytes(32).toString('hex')}\n`);
  const key = readText(path).trim();
  if (/^[0-9a-f]{64}$/.test(key)) return key;
  throw new DataError('E_KEY', `the key of the hashes of ${what} is damaged`, {
    where: path,
    hint: `Restore it from a backup; if there is none, ${hint}`,
  });
}
