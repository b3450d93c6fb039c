import { Worker } from 'node:worker_threads';
import type { Matrix } from '@radweave/stats';
import type { Neighbours } from './neighbours.ts';

/** What `umapOfNeighbours` is asked. */
export interface UmapTask {
  neighbours: Neighbours;
  start: Matrix;
  seed: number;
}

/** `umapOfNeighbours` in a thread of its own, so that t-SNE, which takes about as long, has the other core. */
export function umapInThread(task: UmapTask): Promise<Matrix> {
  const worker = new Worker(workerEntry(), { execArgv: [], workerData: task });
  return new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the thread of UMAP ended early with code ${code}`)));
  });
}

/** The compiled worker. Node 20 cannot run TypeScript, so that sources (under a test runner) use the build too. */
function workerEntry(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? '../../dist/figures/umap-worker.js' : './umap-worker.js', import.meta.url);
}
