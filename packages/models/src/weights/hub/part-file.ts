import { readdir, rename, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { codeOf } from './cache.ts';

/** After this time without a byte, a download of another machine counts as given up. Milliseconds. */
const GIVEN_UP = 10 * 60_000;

/**
 * The file that this thread downloads a blob into: `HASH.HOST.PID.THREAD.incomplete`. What a process left that has
 * ended is taken over by renaming it, which only one process can do; processes that run download side by side. Files
 * of Python's `huggingface_hub` (`HASH.incomplete`) are left to it, for its lock cannot be seen from here.
 */
export async function claimPart(blobs: string, hash: string): Promise<string> {
  const host = hostname().replace(/[^A-Za-z0-9-]/g, '_');
  const ownName = `${hash}.${host}.${process.pid}.${threadId}.incomplete`;
  const own = join(blobs, ownName);
  const found = await readdir(blobs);
  if (found.includes(ownName)) return own;
  for (const name of found) {
    const [its, itsHost, pid, thread, ending] = name.split('.');
    if (its !== hash || pid === undefined || thread === undefined || ending !== 'incomplete') continue;
    const path = join(blobs, name);
    const alive = itsHost !== host || isAlive(Number(pid));
    try {
      if (alive && (await stat(path)).mtimeMs > Date.now() - GIVEN_UP) continue;
      await rename(path, own);
      return own;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
  return own;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
