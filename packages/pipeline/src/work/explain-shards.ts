import { join } from 'node:path';
import {
  type Explanations,
  explanationsFolder,
  readExplanations,
  replaceFolderAtomic,
  writeExplanations,
  writeFileAtomic,
} from '@radweave/artifacts';
import { readFileSync } from '@radweave/artifacts/files';
import type { StageContext } from '@radweave/study/context/events';
import { explainPatients } from '../explain/explanations.ts';
import {
  type ExplainOptions,
  type ExplainResult,
  finishExplaining,
  refuseOtherExplanations,
  withMaps,
} from './explain.ts';
import { type Shard, saidByAll, shareOf } from './shard.ts';

/**
 * Draws the montages of a share of the patients. Every share chooses them by the predictions of all, and checks the maps of all.
 *
 * @throws as `explain`.
 */
export async function explainPart(
  options: ExplainOptions,
  shard: Shard,
  into: string,
  context: StageContext,
): Promise<void> {
  await withMaps(options, context, async (job, source) => {
    const own = job.wanted.slice(...shareOf(job.wanted.length, shard));
    writeExplanations(into, await explainPatients(job, own, source, into, context));
  });
}

/** Makes the explanations of a modality of all their parts. @throws DataError where they were not computed alike. */
export async function mergeExplanations(
  { config, modality }: ExplainOptions,
  parts: readonly string[],
  context: StageContext,
): Promise<ExplainResult> {
  const all = parts.map((part) => [part, readExplanations(part)] as const);
  // A share without patients has seen no map: it knows neither their size nor whether texts are drawn.
  const drawn = all.filter(([, { patients }]) => patients.length > 0);
  const said = saidByAll(drawn.map(([part, own]) => [part, { ...own, patients: [] }]));
  const explanations: Explanations = { ...said, patients: drawn.flatMap(([, { patients }]) => patients) };
  const folder = explanationsFolder(config.experiment.output_dir, modality);
  refuseOtherExplanations(folder);
  await replaceFolderAtomic(folder, (temporary) => {
    for (const [part, { patients }] of drawn) {
      for (const { file } of patients) writeFileAtomic(join(temporary, file), readFileSync(join(part, file)));
    }
    writeExplanations(temporary, explanations);
  });
  return finishExplaining(folder, explanations, context);
}
