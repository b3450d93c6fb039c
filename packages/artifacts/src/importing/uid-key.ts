import { randomBytes } from 'node:crypto';
import { writeSecretAtomic } from '../atomic.ts';
import { DataError } from '../errors.ts';
import { existsSync } from '../files/files.ts';
import { readText } from '../text.ts';

/**
 * The key of the hashes that stand for UIDs: without it nobody can try the UIDs of an archive. It is made once, for nobody else's
 * eyes, and kept, as other hashes would make every series a new one.
 *
 * @returns 64 hexadecimal digits.
 * @throws DataError when the file holds something else.
 */
export function uidKey(path: string): string {
  if (!existsSync(path)) writeSecretAtomic(path, `${randomBytes(32).toString('hex')}\n`);
  const key = readText(path).trim();
  if (/^[0-9a-f]{64}$/.test(key)) return key;
  throw new DataError('E_IMPORT', 'the key of the hashes of UIDs is damaged', {
    where: path,
    hint: 'Restore it from a backup; if there is none, import all into new folders',
  });
}
