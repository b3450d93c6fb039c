import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { textOf } from './answer.ts';
import type { Store } from './store.ts';

/** Files above this go in parts; stores want 5 MB at least in each but the last. */
const PART = 8 << 20;
const MOST_PARTS = 10_000;

/**
 * Puts a file that nobody writes into; an object is there whole or not at all. What was begun in parts and
 * fails is taken back.
 */
export async function writeObject(store: Store, key: string, file: string): Promise<void> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size <= PART) await store.ask({ method: 'PUT', key, body: await piece(handle, 0, size) });
    else await writeParts(store, key, handle, size);
  } finally {
    await handle.close();
  }
}

async function writeParts(store: Store, key: string, handle: FileHandle, size: number): Promise<void> {
  const begun = await store.ask({ method: 'POST', key, query: { uploads: '' } });
  const uploadId = textOf(begun.text, 'UploadId') ?? '';
  try {
    const parts: string[] = [];
    const length = partLength(size);
    for (let from = 0; from < size; from += length) {
      const query = { partNumber: String(parts.length + 1), uploadId };
      const body = await piece(handle, from, Math.min(length, size - from));
      const { etag } = await store.ask({ method: 'PUT', key, query, body });
      parts.push(`<Part><PartNumber>${query.partNumber}</PartNumber><ETag>"${etag}"</ETag></Part>`);
    }
    const all = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    await store.ask({ method: 'POST', key, query: { uploadId }, body: Buffer.from(all) });
  } catch (error) {
    // Where the store is away, its own rules for unfinished uploads remain.
    await store.ask({ method: 'DELETE', key, query: { uploadId } }).catch(() => undefined);
    throw error;
  }
}

/** The ETag that a store gives to what {@link writeObject} puts, where it does not encrypt it under a key of its own. */
export async function etagOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest();
    if (size <= PART) return md5(await piece(handle, 0, size)).toString('hex');
    const sums: Buffer[] = [];
    const length = partLength(size);
    for (let from = 0; from < size; from += length) {
      sums.push(md5(await piece(handle, from, Math.min(length, size - from))));
    }
    return `${md5(Buffer.concat(sums)).toString('hex')}-${sums.length}`;
  } finally {
    await handle.close();
  }
}

const partLength = (size: number): number => Math.max(PART, Math.ceil(size / MOST_PARTS));

async function piece(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, from);
  return bytes.subarray(0, bytesRead);
}
