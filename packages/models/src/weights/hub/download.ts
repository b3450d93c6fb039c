import { mkdirSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { flow } from '@radweave/remote/connection/flow';
import type { Environment } from '@radweave/remote/connection/proxy';
import { type HubFile, publish, repoFolder } from './cache.ts';
import { hashLike } from './checksum.ts';
import { explain, HubFailure, refusal } from './failure.ts';
import type { Answer, HttpClient } from './http.ts';
import { fetchMetadata, fileUrl, type HubMetadata } from './metadata.ts';
import { claimPart } from './part-file.ts';
import type { HubSettings } from './settings.ts';

export interface DownloadOptions {
  settings: HubSettings;
  /** For the proxies. */
  env: Environment;
  /** Bytes that are there, and of how many; what an earlier attempt left counts. */
  onProgress: ((done: number, total: number) => void) | undefined;
  signal: AbortSignal | undefined;
}

/** Pauses before the second and later attempts, in milliseconds. */
const PAUSES = [500, 1000, 2000, 4000];

/**
 * Downloads a file of the hub into the cache: continues what an earlier attempt left, verifies size and hash as the
 * hub announces them, and only then gives the file its name.
 *
 * @returns the path of the file in the snapshot of its commit.
 * @throws HubFailure in words, or the reason of the abort. What had arrived stays for the next time, unless its hash
 *   is wrong or the disk is full.
 */
export async function download(file: HubFile, options: DownloadOptions): Promise<string> {
  const { settings, env, signal } = options;
  // Only here: undici takes 10 GB of addresses for its WebAssembly, and a tenth of a second.
  const { HttpClient: Client } = await import('./http.ts');
  const client = new Client(env);
  const url = fileUrl(settings.endpoint, file);
  try {
    const metadata = await retry(options, url, () =>
      fetchMetadata(client, url, { token: settings.token, signal }),
    );
    const blobs = join(repoFolder(settings.cache, file.repo), 'blobs');
    // Not that of promises, which says ENOENT of a full disk.
    mkdirSync(blobs, { recursive: true });
    const part = await claimPart(blobs, metadata.hash);
    const pinned = fileUrl(settings.endpoint, file, metadata.commit);
    await retry(options, url, () => receive(client, pinned, metadata.size, part, options));
    await verify(part, metadata, url.host);
    const blob = join(blobs, metadata.hash);
    await rename(part, blob);
    return await publish(settings.cache, file, metadata.commit, blob);
  } catch (error) {
    signal?.throwIfAborted();
    throw explain(error, url.host, settings.cache);
  } finally {
    await client.close();
  }
}

/** Repeats what failed for a passing reason. */
async function retry<T>(
  { settings, signal }: DownloadOptions,
  url: URL,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let count = 0; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      const failure = explain(error, url.host, settings.cache);
      const pause = PAUSES[count];
      if (!(failure instanceof HubFailure && failure.passing) || pause === undefined) throw failure;
      await setTimeout(Math.max(pause, failure.wait), undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** Fetches what `part` lacks of `size` bytes. What has arrived stays in it, except on a full disk. */
async function receive(
  client: HttpClient,
  url: URL,
  size: number,
  part: string,
  { settings: { token, cache }, onProgress, signal }: DownloadOptions,
): Promise<void> {
  const handle = await open(part, 'a');
  try {
    let done = (await handle.stat()).size;
    if (done > size) done = await restart(handle);
    onProgress?.(done, size);
    if (done < size) {
      const headers = done > 0 ? { range: `bytes=${done}-` } : {};
      const answer = await client.ask(url, { method: 'GET', token, signal, headers });
      try {
        if (done > 0 && !continues(answer, done)) done = await restart(handle);
        if (answer.status !== 200 && (answer.status !== 206 || done === 0)) throw refusal(answer);
        await flow(answer.body, async (piece) => {
          await handle.writeFile(piece);
          done += piece.length;
          onProgress?.(done, size);
          // What never ends would fill the disk.
          return done <= size;
        });
      } finally {
        answer.body.destroy();
      }
    }
    if (done < size) {
      const message = `${url.host} ended the download at byte ${done} of ${size}`;
      throw new HubFailure('network', message, { passing: true });
    }
    await handle.sync();
  } catch (error) {
    const failure = explain(error, url.host, cache);
    if (failure instanceof HubFailure && failure.fault === 'disk') await rm(part, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function restart(handle: FileHandle): Promise<number> {
  await handle.truncate(0);
  return 0;
}

/** Whether an answer begins where the file ends. A server may know no ranges and send all again. */
function continues({ status, headers }: Answer, done: number): boolean {
  if (status === 206) return headers.get('content-range')?.startsWith(`bytes ${done}-`) ?? false;
  // A refusal says nothing of what has arrived, except that its end is beyond the file's.
  return status !== 200 && status !== 416;
}

/** @throws HubFailure when the file is not the announced one; it is then removed. */
async function verify(part: string, { hash, size }: HubMetadata, host: string): Promise<void> {
  const { size: received } = await stat(part);
  const found = received === size ? await hashLike(hash, part) : '';
  if (found === hash) return;
  await rm(part, { force: true });
  const what =
    received === size ? `its hash is ${found}, not ${hash}` : `it has ${received} bytes, not ${size}`;
  throw new HubFailure(
    'damaged',
    `what ${host} sent is not the file that it announced (${what}), so it was removed; a proxy may have changed it`,
  );
}
