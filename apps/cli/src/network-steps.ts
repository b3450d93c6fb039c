import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type Config,
  evaluatedNetwork,
  explanationsFile,
  fingerprint,
  readEvaluation,
  readSplit,
  SPLITS,
  type Split,
  splitPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { EXPLAINED } from './explain-defaults.ts';
import type { Job, RunOptions } from './run-job.ts';

/** What the steps of one modality's network left. */
export interface Network {
  modality: string;
  run: string;
  /** Undefined when a run had no best epoch. */
  checkpoint: string | undefined;
  /** Predictions per slice. */
  slices: string[];
  /** Out-of-fold logits and their record; none without cross-fitting. */
  logits: string[];
}

/** The split files of a modality. */
export function splitFiles({ data }: Config, modality: string): string[] {
  return SPLITS.map((split) => splitPath(data.splits_dir, split, modality));
}

/** Trains and extracts, and cross-fits where that is asked for; training that was stopped is resumed. */
export async function networkSteps(
  job: Job,
  config: Config,
  { bestHparamsDir, crossFit }: RunOptions,
  modality: string,
): Promise<Network> {
  const { data, model, training, augmentation, experiment, extraction } = config;
  const splits = splitFiles(config, modality);
  const settings = { data, model, training, augmentation, seed: experiment.seed };
  const run = runName(config, modality, settings, splits);
  const resume = existsSync(join(experiment.output_dir, 'checkpoints', run, 'run.json'));
  const [checkpoint, , , ...slices] = await job.step({
    name: `train-${modality}`,
    stage: 'train',
    options: { config, given: [], modality, resume, run, bestHparamsDir },
    settings: { ...settings, run },
    inputs: splits,
    outputs: (result) => [
      result.bestModel,
      result.valMetrics,
      result.testMetrics,
      ...Object.values(result.slicePredictions).filter((path) => existsSync(path)),
    ],
  });
  const inputs = [...splits, ...(checkpoint === undefined ? [] : [checkpoint])];
  await job.step({
    name: `extract-${modality}`,
    stage: 'extract',
    options: { config, given: [], modality, model: undefined, checkpoint, align: false },
    settings: { data, extraction, precision: training.precision },
    inputs,
    outputs: (result) => Object.values(result.tables),
  });
  const network = { modality, run, checkpoint, slices };
  if (crossFit === null) return { ...network, logits: [] };
  const logits = await job.step({
    name: `cross-fit-${modality}`,
    stage: 'cross_fit',
    options: { config, modality, checkpoint, folds: crossFit },
    settings: { ...settings, folds: crossFit },
    inputs,
    outputs: (result) => [...Object.values(result.tables), result.record],
  });
  return { ...network, logits };
}

/** Explains a network, by the decisions that the evaluation froze for it: other models' results change nothing here. */
export async function explainStep(
  job: Job,
  config: Config,
  { modality, checkpoint }: Network,
  evaluation: string | undefined,
): Promise<void> {
  const split = shownSplit(config, modality);
  const evaluated =
    evaluation === undefined ? undefined : evaluatedNetwork(readEvaluation(evaluation), modality);
  await job.step({
    name: `explain-${modality}`,
    stage: 'explain',
    options: { config, modality, checkpoint, split, ...EXPLAINED },
    settings: { data: config.data, split, ...EXPLAINED, decisions: evaluated?.frozen ?? null },
    inputs: [
      splitPath(config.data.splits_dir, split, modality),
      ...(checkpoint === undefined ? [] : [checkpoint]),
    ],
    outputs: (result) => [explanationsFile(result.folder)],
  });
}

/** A paper shows patients of other hospitals; with one hospital only, those of validation. */
export function shownSplit({ data }: Config, modality: string): Split {
  const test = splitPath(data.splits_dir, 'test', modality);
  return readSplit(test, { rootDir: data.root_dir ?? undefined }).length > 0 ? 'test' : 'val';
}

/** The same settings and splits always give the same name, so that a run that was stopped is found again. */
function runName(
  config: Config,
  modality: string,
  settings: Record<string, unknown>,
  splitFiles: readonly string[],
): string {
  const identity = JSON.stringify([settings, splitFiles.map((path) => fingerprint(path).sha256)]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  return [config.experiment.name || config.model.name, modality, hash].join('_');
}
