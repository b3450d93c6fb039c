import { relative, sep } from 'node:path';
import {
  type Evaluation,
  type FusionModelFile,
  hashFile,
  readHistory,
  readText,
  slicePredictionsPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import type { NamedYaml, TrainingRun } from '@radweave/report';
import { findRuns, type RunFolder } from '../training/run_folder.ts';
import type { UsedFiles } from './used_files.ts';

/** A training run whose network gave features or probabilities that were evaluated. */
export interface ReportedRun {
  training: TrainingRun;
  /** What it was trained with. */
  configuration: NamedYaml | null;
  /** SHA-256 of its best checkpoint. */
  checkpoint: string;
}

/** The runs that fed the results; other runs in the output folder are not of this study. */
export function reportedRuns(
  outputDir: string,
  modalities: readonly string[],
  evaluation: Evaluation,
  fusion: FusionModelFile | null,
  files: UsedFiles,
): ReportedRun[] {
  return modalities.flatMap((modality) =>
    findRuns(outputDir, 'best', { modality })
      .filter(({ history }) => existsSync(history))
      .filter((run) => wasEvaluated(run, outputDir, evaluation) || gaveFeatures(run, modality, fusion))
      .map((run) => reportedRun(run, modality, files)),
  );
}

function wasEvaluated(run: RunFolder, outputDir: string, { inputs }: Evaluation): boolean {
  const predicted = relative(outputDir, slicePredictionsPath(run.logs, 'test')).split(sep).join('/');
  return inputs.some(({ path }) => path === predicted);
}

/** The folder's name tells which checkpoint to hash: hashing those of every run would take long. */
function gaveFeatures(run: RunFolder, modality: string, fusion: FusionModelFile | null): boolean {
  const source = fusion?.modalities.find((one) => one.modality === modality);
  if (source === undefined || source.checkpoint.split(/[\\/]/).at(-2) !== run.name) return false;
  return hashFile(run.best) === source.checkpoint_sha256;
}

function reportedRun(run: RunFolder, modality: string, files: UsedFiles): ReportedRun {
  const { name, model, best } = { ...run.read(), name: run.name };
  const hasConfig = existsSync(run.config);
  files.add(run.history);
  if (hasConfig) files.add(run.config);
  return {
    training: { name, modality, model, bestEpoch: best?.epoch ?? null, history: readHistory(run.history) },
    configuration: hasConfig ? { run: name, yaml: readText(run.config) } : null,
    checkpoint: files.add(run.best),
  };
}
