import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  featureTablePath,
  fingerprint,
  isUpToDate,
  readManifest,
  SPLITS,
  type StageState,
  splitPath,
  writeManifest,
} from '@radweave/artifacts';
import { RADWEAVE_VERSION, type StageName, type StageOptions, type StageResult } from '@radweave/pipeline';
import { runStage } from './stage/run-stage.ts';

/** A step of a run, and whether it was done or nothing it depends on had changed. */
export interface StepOutcome {
  step: string;
  outcome: 'done' | 'unchanged';
}

/** One step of the whole job: a stage, what it reads, and what it leaves. */
interface Step<S extends StageName> {
  name: string;
  stage: S;
  options: StageOptions<S>;
  /** The settings its result depends on. */
  settings: Record<string, unknown>;
  /** Files and folders it reads. */
  inputs: string[];
  outputs: (result: StageResult<S>) => string[];
}

/**
 * Runs preprocess, train and extract per modality, fuse and visualize. A step whose inputs, settings and outputs have not
 * changed is skipped, and that is said; training that was stopped is resumed.
 */
export async function runPipeline(
  config: Config,
  bestHparamsDir: string,
  quiet: boolean,
): Promise<StepOutcome[]> {
  const job = new Job(config.experiment.output_dir, quiet);
  const { data, model, training, augmentation, experiment, extraction, fusion } = config;
  const splits = (modality: string): string[] =>
    SPLITS.map((split) => splitPath(data.splits_dir, split, modality));
  const tables = data.modalities.flatMap((modality) =>
    SPLITS.map((split) => featureTablePath(data.features_dir, split, modality)),
  );
  await job.step({
    name: 'preprocess',
    stage: 'preprocess',
    options: { config },
    settings: { data, preprocess: config.preprocess, seed: experiment.seed },
    inputs: data.root_dir === null ? [] : [data.root_dir],
    outputs: () => data.modalities.flatMap(splits),
  });
  for (const modality of data.modalities) {
    const settings = { data, model, training, augmentation, seed: experiment.seed };
    const run = runName(config, modality, settings, splits(modality));
    const resume = existsSync(join(experiment.output_dir, 'checkpoints', run, 'run.json'));
    const [checkpoint] = await job.step({
      name: `train-${modality}`,
      stage: 'train',
      options: { config, given: [], modality, resume, run, bestHparamsDir },
      settings: { ...settings, run },
      inputs: splits(modality),
      outputs: (result) => [result.bestModel, result.valMetrics, result.testMetrics],
    });
    await job.step({
      name: `extract-${modality}`,
      stage: 'extract',
      options: { config, given: [], modality, model: undefined, checkpoint, align: false },
      settings: { data, extraction, precision: training.precision },
      inputs: [...splits(modality), ...(checkpoint === undefined ? [] : [checkpoint])],
      outputs: (result) => Object.values(result.tables),
    });
  }
  const [metrics] = await job.step({
    name: 'fuse',
    stage: 'fuse',
    options: { config, modalities: data.modalities },
    settings: { modalities: data.modalities, fusion },
    inputs: tables,
    outputs: (result) => [result.metricsFile, result.modelFile],
  });
  await job.step({
    name: 'visualize',
    stage: 'visualize',
    options: { config, modalities: data.modalities },
    settings: { modalities: data.modalities },
    inputs: [...tables, ...(metrics === undefined ? [] : [metrics])],
    outputs: (result) => result.files,
  });
  return job.outcomes;
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

class Job {
  readonly outcomes: StepOutcome[] = [];
  private readonly folder: string;
  private readonly quiet: boolean;

  constructor(outputDir: string, quiet: boolean) {
    this.folder = join(outputDir, 'run');
    this.quiet = quiet;
  }

  /** Runs a step unless it is up to date. @returns the paths of its outputs. */
  async step<S extends StageName>(step: Step<S>): Promise<string[]> {
    const manifest = join(this.folder, `${step.name}.json`);
    const state: StageState = {
      stage: step.stage,
      inputs: step.inputs.map(fingerprint),
      options: step.settings,
      versions: { radweave: RADWEAVE_VERSION },
    };
    const check = isUpToDate(manifest, state);
    if (check.upToDate) {
      this.say(`${step.name}: unchanged, skipped`);
      this.outcomes.push({ step: step.name, outcome: 'unchanged' });
      return readManifest(manifest).outputs.map(({ path }) => path);
    }
    this.say(`${step.name}: running, because ${check.reason}`);
    const outputs = step.outputs(await runStage(step.stage, step.options, this.quiet));
    writeManifest(manifest, state, outputs);
    this.outcomes.push({ step: step.name, outcome: 'done' });
    return outputs;
  }

  private say(text: string): void {
    if (!this.quiet) process.stderr.write(`${text}\n`);
  }
}
