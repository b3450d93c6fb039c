import { join, resolve } from 'node:path';
import { type Config, inTemporaryFolder, RadweaveError } from '@radweave/artifacts';
import { mkdirSync } from '@radweave/artifacts/files';
import type { StageContext } from '@radweave/study/context/events';
import { bringRoot } from '../work/images.ts';
import { Findings } from './findings.ts';
import { verifyManifests } from './manifests.ts';
import { type RecordedRun, type RepeatedStep, readRecordedRun } from './recorded.ts';

export interface VerifyOptions {
  /** Output folder of the run. */
  run: string;
  config: Config;
  /** Configuration keys the user set; the others are taken from what the run recorded. */
  given: string[];
}

/** A stage that may be done again. */
export interface Repeatable {
  readonly name: string;
  again?(findings: Findings, saved: RepeatedStep, temporary: string, context: StageContext): Promise<void>;
}

export interface VerifyResult
  extends Pick<Findings, 'compared' | 'differences' | 'missing' | 'unverified' | 'remarks'> {
  run: string;
}

const NOT_DONE_AGAIN =
  'training and extraction are not done again: checkpoints and features are compared by their recorded hashes';

/** Brings the images that lie in a store. Where only the run's record names it, one that cannot be reached is no fault of the run. */
async function withImages(
  recorded: RecordedRun,
  given: readonly string[],
  context: StageContext,
): Promise<RecordedRun> {
  const { root_dir } = recorded.config.data;
  try {
    if (root_dir !== null) await bringRoot(root_dir, context);
    return recorded;
  } catch (error) {
    const isOfStore = error instanceof RadweaveError && error.code.startsWith('E_S3_');
    if (!isOfStore || given.includes('data.root_dir')) throw error;
    // What an earlier command brought may be other images by now.
    recorded.config.data.root_dir = null;
    return { ...recorded, unseen: `${root_dir}: ${error.what}` };
  }
}

/**
 * Does those stages again that can be, from what a run saved, in temporary folders, and compares hashes and numbers.
 * Nothing is written into the run.
 *
 * @throws UsageError when the run is not there; DataError when its manifests are damaged.
 */
export async function verify(
  options: VerifyOptions,
  stages: readonly Repeatable[],
  context: StageContext,
): Promise<VerifyResult> {
  const repeated = stages.filter(({ again }) => again !== undefined);
  const names = repeated.map(({ name }) => name);
  const recorded = await withImages(
    readRecordedRun(options.run, options.config, options.given, names),
    options.given,
    context,
  );
  const findings = new Findings();
  findings.remarks.push(NOT_DONE_AGAIN);
  // What the stages say speaks of the temporary folder and was said when the run was made.
  const quiet: StageContext = {
    emit: (event) => (event.kind === 'progress' ? context.emit(event) : undefined),
    shouldStop: () => context.shouldStop(),
  };
  await inTemporaryFolder('verify', async (temporary) => {
    verifyManifests(findings, recorded);
    for (const stage of repeated) {
      const folder = join(temporary, stage.name);
      mkdirSync(folder);
      await stage.again?.(findings, { ...recorded, step: stage.name }, folder, quiet);
    }
  });
  const { compared, differences, missing, unverified, remarks } = findings;
  return { run: resolve(options.run), compared, differences, missing, unverified, remarks };
}
