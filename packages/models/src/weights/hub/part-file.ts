import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { isRunning, processSpace } from '@radweave/native/processes';
import { codeOf } from './cache.ts';

/** After this time without a byte, a download of another machine counts as given up. Milliseconds. */
const GIVEN_UP = 10 * 60_000;

/**
 * The file that this thread downloads a blob into: `HASH.COMPUTER.PID.THREAD.incomplete`. What a process left that has
 * ended is taken over by renaming it, which only one process can do; processes that run download side by side. Files
 * of Python's `huggingface_hub` (`HASH.incomplete`) are left to it, for its lock cannot be seen from here.
 */
export async function claimPart(blobs: string, hash: string): Promise<string> {
  const space = processSpace().slice(0, 8);
  const ownName = `${hash}.${space}.${process.pid}.${threadId}.incomplete`;
  const own = join(blobs, ownName);
  const found = await readdir(blobs);
  if (found.includes(ownName)) return own;
  for (const name of found) {
    const [its, itsSpace, pid, thread, ending] = name.split('.');
    if (its !== hash || pid === undefined || thread === undefined || ending !== 'incomplete') continue;
    const path = join(blobs, name);
    const alive = itsSpace !== space || isRunning(Number(pid));
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
