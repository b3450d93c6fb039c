import { parentPort, workerData } from 'node:worker_threads';
import { umap } from '@radweave/stats';
import type { UmapTask } from './umap-thread.ts';

// The thread of umap-thread.ts: one task, one answer.
const { neighbours, start, seed } = workerData as UmapTask;
parentPort?.postMessage(umap(neighbours, start, seed));
