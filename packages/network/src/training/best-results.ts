import { basename, join } from 'node:path';
import {
  replaceFilesTogether,
  SPLITS,
  slicePredictionsPath,
  writeMetrics,
  writeSlicePredictions,
} from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import type { TrainingSession } from './session.ts';

/**
 * Evaluates the best checkpoint and writes its metrics and what it says of every slice beside the run's logs: those of an
 * earlier best checkpoint are replaced together.
 */
export async function writeBestResults(
  session: TrainingSession,
  run: RunFolder,
  classes: number,
  context: StageContext,
): Promise<void> {
  const best = await session.evaluateBest(context);
  const fill = (folder: string): void => {
    writeMetrics(join(folder, basename(run.metrics('val'))), best.validation);
    writeMetrics(join(folder, basename(run.metrics('test'))), best.test);
    for (const split of SPLITS) {
      writeSlicePredictions(slicePredictionsPath(folder, split), best.slices[split], classes);
    }
  };
  await replaceFilesTogether(run.logs, fill, { obsolete: [] });
}
