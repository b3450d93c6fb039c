import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** SHA-256 of a file in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  return digest(path, 'sha256', '');
}

/**
 * Hash of a file in the manner of `expected`: 64 digits are a SHA-256, 40 are git's SHA-1 of a blob, which begins
 * with its length.
 */
export async function hashLike(expected: string, path: string): Promise<string> {
  if (expected.length === 64) return sha256(path);
  return digest(path, 'sha1', `blob ${(await stat(path)).size}\0`);
}

async function digest(path: string, algorithm: string, prefix: string): Promise<string> {
  const hash = createHash(algorithm).update(prefix);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
