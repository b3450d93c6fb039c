import { parentPort } from 'node:worker_threads';
import { writeFlushed } from './atomic-file.ts';
import { type TorchRecord, writeRecords } from './torch-file.ts';

/** What the thread is to write: a file that is not there yet. */
export interface WritingJob {
  id: number;
  path: string;
  records: readonly TorchRecord[];
}

/** How it went: null, or the error's message and its fields, such as `code`, which messages between threads leave out. */
export interface WritingDone {
  id: number;
  error: { message: string; fields: object } | null;
}

parentPort?.on('message', async ({ id, path, records }: WritingJob) => {
  const error = await writeFlushed(path, (out) => writeRecords(out, records)).then(
    () => null,
    (thrown: unknown) =>
      thrown instanceof Error
        ? { message: thrown.message, fields: { ...thrown } }
        : { message: String(thrown), fields: {} },
  );
  parentPort?.postMessage({ id, error } satisfies WritingDone);
});
