import {
  type CheckpointFacts,
  type Evaluation,
  type FusionModelFile,
  hashFile,
  readHistory,
  relativeToOutput,
  slicePredictionsPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { readCheckpointFacts } from '@radweave/network/open/checkpoint';
import type { NamedYaml, TrainingRun, TrainingSettings } from '@radweave/report';
import type { StageContext } from '@radweave/study/context/events';
import { damagedRuns, findRuns, type RunFolder, warnOfDamagedRuns } from '@radweave/study/runs/run-folder';
import { settingsOfRun } from './settings-used.ts';
import type { UsedFiles } from './used-files.ts';

/** A training run whose network gave features or probabilities that were evaluated. */
export interface ReportedRun {
  training: TrainingRun;
  /** What it was trained with. */
  configuration: NamedYaml | null;
  /** SHA-256 of its best checkpoint. */
  checkpoint: string;
  /** What it was trained on and with; null where another program wrote the checkpoint. */
  environment: CheckpointFacts | null;
}

/**
 * The runs that fed the results; other runs in the output folder are not of this study.
 *
 * @throws DataError when the record of one that did is damaged.
 */
export async function reportedRuns(
  outputDir: string,
  modalities: readonly string[],
  evaluation: Evaluation,
  fusion: FusionModelFile | null,
  files: UsedFiles,
  context: StageContext,
): Promise<ReportedRun[]> {
  const fed = (run: RunFolder, modality: string): boolean =>
    wasEvaluated(run, outputDir, evaluation) || gaveFeatures(run, modality, fusion);
  for (const { run, error } of damagedRuns(outputDir)) {
    if (modalities.some((modality) => fed(run, modality))) throw error;
  }
  warnOfDamagedRuns(outputDir, context);
  const found = modalities.flatMap((modality) =>
    findRuns(outputDir, 'best', { modality })
      .filter(({ history }) => existsSync(history))
      .filter((run) => fed(run, modality))
      .map((run) => ({ run, modality })),
  );
  const reported: ReportedRun[] = [];
  // One after the other: a checkpoint is read whole.
  for (const { run, modality } of found) reported.push(await reportedRun(run, modality, files));
  return reported;
}

function wasEvaluated(run: RunFolder, outputDir: string, { inputs }: Evaluation): boolean {
  const predicted = relativeToOutput(outputDir, slicePredictionsPath(run.logs, 'test'));
  return inputs.some(({ path }) => path === predicted);
}

/** The folder's name tells which checkpoint to hash: hashing those of every run would take long. */
function gaveFeatures(run: RunFolder, modality: string, fusion: FusionModelFile | null): boolean {
  const source = fusion?.modalities.find((one) => one.modality === modality);
  if (source === undefined || source.checkpoint.split(/[\\/]/).at(-2) !== run.name) return false;
  return hashFile(run.best) === source.checkpoint_sha256;
}

async function reportedRun(run: RunFolder, modality: string, files: UsedFiles): Promise<ReportedRun> {
  const { name, model, best, time } = { ...run.read(), name: run.name };
  const read = await readCheckpointFacts(run.best);
  files.add(run.history);
  return {
    training: {
      name,
      modality,
      model,
      time: time ?? null,
      bestEpoch: best?.epoch ?? null,
      settings: read === null ? null : settingsOf(read.about, read.batchNorm),
      history: readHistory(run.history),
    },
    configuration: read === null ? null : { of: { run: name }, yaml: settingsOfRun(read.about.config) },
    checkpoint: files.add(run.best),
    environment: read?.about ?? null,
  };
}

function settingsOf(about: CheckpointFacts, batchNorm: boolean): TrainingSettings {
  const { architecture, input, initial_weights, precision, config } = about;
  return {
    imageSize: input.image_size,
    mean: input.normalize_mean,
    std: input.normalize_std,
    initialWeights: initial_weights,
    frozenStages: architecture.freeze_stages,
    batchNorm,
    precision,
    seed: config.experiment.seed,
    model: config.model,
    training: config.training,
    augmentation: config.augmentation,
  };
}
