import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { open, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DataError, explainFileError } from '@radweave/artifacts';
import type { StoredObject } from './answer.ts';
import type { Piece, Store } from './store.ts';

/** So much is asked for at a time: what breaks off is asked for again. */
const PIECE = 8 << 20;

/**
 * Reads an object piece by piece into a file, which gets its name when it is whole, and keeps the time of the object.
 *
 * @param parts folder of unfinished files, on the same disk.
 * @throws DataError `E_S3_OBJECT` for what is another object by now, or is damaged; ResourceError of the store or the disk.
 */
export async function fetchObject(
  store: Store,
  object: StoredObject,
  file: string,
  parts: string,
): Promise<void> {
  const part = join(parts, createHash('sha256').update(object.key).digest('hex'));
  try {
    await receive(store, object, part);
    const time = object.stored / 1000;
    await utimes(part, time, time);
    mkdirSync(dirname(file), { recursive: true });
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw explainFileError(error, 'write', file);
  }
}

async function receive(store: Store, object: StoredObject, part: string): Promise<void> {
  const { size, etag, key } = object;
  const handle = await open(part, 'w');
  const hash = createHash('md5');
  let isMd5 = false;
  let done = 0;
  try {
    do {
      const piece = await store.read(object, done, Math.min(PIECE, size - done));
      isMd5 = hasMd5(piece, etag);
      hash.update(piece.bytes);
      await handle.writeFile(piece.bytes);
      done += piece.bytes.length;
    } while (done < size);
  } finally {
    await handle.close();
  }
  if (done === size && (!isMd5 || hash.digest('hex') === etag)) return;
  throw new DataError('E_S3_OBJECT', 'what arrived is not the object that the store announced', {
    where: `s3://${store.place.bucket}/${key}`,
    hint: 'Run the same command again; if it happens again, a proxy or the store changes what it sends',
  });
}

/** Whether an ETag is the MD5 of the content: neither of parts, nor under a key of the store. */
function hasMd5({ headers }: Piece, etag: string): boolean {
  const encryption = headers['x-amz-server-side-encryption'] ?? 'AES256';
  const isOwnKey = headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined;
  return /^[0-9a-f]{32}$/.test(etag) && encryption === 'AES256' && !isOwnKey;
}
