import { Worker } from 'node:worker_threads';
import { compiledFile } from '@radweave/native/compiled';
import type { Matrix, Neighbours } from '@radweave/stats';

/** What `umap` is asked. */
export interface UmapTask {
  neighbours: Neighbours;
  start: Matrix;
  seed: number;
}

/** `umap` in a thread of its own, so that t-SNE, which takes about as long, has the other core. */
export function umapInThread(task: UmapTask): Promise<Matrix> {
  const entry = compiledFile(import.meta.url, './umap-worker.js');
  const worker = new Worker(entry, { execArgv: [], workerData: task });
  let result: Matrix | undefined;
  return new Promise((resolve, reject) => {
    worker.on('message', (message: Matrix) => {
      result = message;
    });
    worker.on('error', reject);
    // Not before: a thread that ends before those it has started leaves a port of each in the process.
    worker.on('exit', (code) => {
      if (result !== undefined) resolve(result);
      else reject(new Error(`the thread of UMAP ended early with code ${code}`));
    });
  });
}
