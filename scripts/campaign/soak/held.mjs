// What a process holds.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import v8 from 'node:v8';
import { MessagePort } from 'node:worker_threads';
import { allocatorStats } from '../../../packages/torch/dist/runtime.js';
import { LEFT } from '../trees.mjs';

const MB = 1024 ** 2;

/** Memory in MB, and how many of each: threads, open files by their kind, handles and requests of Node.js. */
export function held() {
  // What one collection finalises the next one frees.
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  const { live, cached } = allocatorStats();
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    'resident MB': Number(/RssAnon:\s*(\d+)/.exec(status)?.[1]) / 1024,
    'heap MB': (heapUsed + external) / MB,
    'tensors MB': live / MB,
    'kept for tensors MB': cached / MB,
    // Handles that hold nothing up, which Node.js names nowhere else; from 20.13 on.
    ports: v8.queryObjects?.(MessagePort) ?? 0,
    threads: readdirSync('/proc/self/task').length,
    ...counted('open', openFiles()),
    ...counted('active', process.getActiveResourcesInfo()),
  };
}

/** Of each open file its kind: `file`, or what the system calls it (`socket`, `pipe`, `anon_inode`, a device). */
function openFiles() {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      const target = readlinkSync(join('/proc/self/fd', name));
      return target.startsWith('/') && !target.startsWith('/dev/')
        ? ['file']
        : [target.replace(/:\[?\d.*/, '')];
    } catch {
      // That of the listing itself.
      return [];
    }
  });
}

function counted(word, kinds) {
  const counts = {};
  for (const kind of kinds) counts[`${word} ${kind}`] = (counts[`${word} ${kind}`] ?? 0) + 1;
  return counts;
}

/** How many files and folders below a folder have a name that a command which ends leaves none of. */
export const leftIn = (folder, names = LEFT) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => names.test(name)).length;
