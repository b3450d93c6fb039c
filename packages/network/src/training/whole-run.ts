import { type CheckpointFacts, DataError } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type StageContext, say } from '@radweave/study/context/events';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { readCheckpoint, readCheckpointFacts, takeSnapshot, writeCheckpoint } from '../open/checkpoint.ts';

/** What a checkpoint says of itself; null where it is missing, damaged, or of another program. */
async function factsOf(path: string): Promise<CheckpointFacts | null> {
  if (!existsSync(path)) return null;
  try {
    return (await readCheckpointFacts(path))?.about ?? null;
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/** Whether a checkpoint of ours is there and whole. */
export async function isWhole(path: string): Promise<boolean> {
  return (await factsOf(path)) !== null;
}

/**
 * Whether the best checkpoint of a run is whole and, of a finished run, of the epoch that is recorded. One that is not is written
 * again where the last checkpoint is of the best epoch. The caller holds the lock.
 */
export async function hasBest(run: RunFolder, context: StageContext): Promise<boolean> {
  const { status, best } = run.read();
  if (best === null && !existsSync(run.best)) return true;
  const about = await factsOf(run.best);
  const isRecorded = about?.best?.epoch === best?.epoch && about?.best?.score === best?.score;
  if (about !== null && (status === 'running' || isRecorded)) return true;
  const last = await factsOf(run.last);
  if (last === null || last.step > 0 || last.best?.epoch !== last.epoch) return false;
  const { model } = (await readCheckpoint(run.last)) ?? {};
  if (model === undefined) return false;
  await writeCheckpoint(run.best, takeSnapshot(last, model, null));
  say(
    context,
    `The best checkpoint of the run '${run.name}' was missing, damaged or another training's: it is written again from the last one, which is of the same epoch.`,
  );
  return true;
}
