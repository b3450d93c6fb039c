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
  return new Promise((resolve, reject) => {
    worker.on('message', resolve);
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the thread of UMAP ended early with code ${code}`)));
  });
}
