import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  explanationsFolder,
  featureSetPath,
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

/** What `radweave audit` takes unless told. */
const NEAR_DUPLICATE_DISTANCE = 4;

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
 * Runs preprocess, train and extract per modality, fuse, evaluate, visualize and report; audits the data before and everything after
 * fusing, and stops at a leak. A step whose inputs, settings and outputs have not changed is skipped, and that is said;
 * training that was stopped is resumed.
 */
export async function runPipeline(
  config: Config,
  bestHparamsDir: string,
  quiet: boolean,
): Promise<StepOutcome[]> {
  const job = new Job(config.experiment.output_dir, quiet);
  const runs: Record<string, string> = {};
  const slices: string[] = [];
  const checkpoints: string[] = [];
  const { data, model, training, augmentation, experiment, extraction, fusion, evaluation } = config;
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
  const audited = [
    ...data.modalities.flatMap(splits),
    join(data.splits_dir, 'cohort.csv'),
    ...(data.root_dir === null ? [] : [data.root_dir]),
  ];
  const auditOptions = {
    config,
    modalities: data.modalities,
    strict: false,
    nearDuplicateDistance: NEAR_DUPLICATE_DISTANCE,
    pixels: true,
  };
  const auditSettings = { data, near_duplicate_distance: NEAR_DUPLICATE_DISTANCE };
  await job.step({
    name: 'audit-data',
    stage: 'audit',
    // A folder of its own: the audit of everything is written later and must not make this one look outdated.
    options: { ...auditOptions, dataOnly: true, outputDir: join(experiment.output_dir, 'audit', 'data') },
    settings: auditSettings,
    inputs: audited,
    outputs: (result) => [result.auditFile],
  });
  for (const modality of data.modalities) {
    const settings = { data, model, training, augmentation, seed: experiment.seed };
    const run = runName(config, modality, settings, splits(modality));
    const resume = existsSync(join(experiment.output_dir, 'checkpoints', run, 'run.json'));
    runs[modality] = run;
    const [checkpoint, , , ...predicted] = await job.step({
      name: `train-${modality}`,
      stage: 'train',
      options: { config, given: [], modality, resume, run, bestHparamsDir },
      settings: { ...settings, run },
      inputs: splits(modality),
      outputs: (result) => [
        result.bestModel,
        result.valMetrics,
        result.testMetrics,
        ...Object.values(result.slicePredictions).filter((path) => existsSync(path)),
      ],
    });
    slices.push(...predicted);
    if (checkpoint !== undefined) checkpoints.push(checkpoint);
    await job.step({
      name: `extract-${modality}`,
      stage: 'extract',
      options: { config, given: [], modality, model: undefined, checkpoint, align: false },
      settings: { data, extraction, precision: training.precision },
      inputs: [...splits(modality), ...(checkpoint === undefined ? [] : [checkpoint])],
      outputs: (result) => Object.values(result.tables),
    });
  }
  const [metrics, fused] = await job.step({
    name: 'fuse',
    stage: 'fuse',
    options: { config, modalities: data.modalities },
    settings: { modalities: data.modalities, fusion },
    inputs: tables,
    outputs: (result) => [result.metricsFile, result.modelFile],
  });
  const [leakage] = await job.step({
    name: 'audit',
    stage: 'audit',
    options: { ...auditOptions, runs },
    settings: { ...auditSettings, runs },
    inputs: [
      ...audited,
      ...checkpoints,
      ...data.modalities.flatMap((modality) =>
        SPLITS.map((split) => featureSetPath(data.features_dir, split, modality)),
      ),
      ...[metrics, fused].filter((path) => path !== undefined),
    ],
    outputs: (result) => [result.auditFile],
  });
  const [evaluated] = await job.step({
    name: 'evaluate',
    stage: 'evaluate',
    options: {
      config,
      modalities: data.modalities,
      runs,
      frozen: null,
      networksOnly: false,
      outputDir: null,
    },
    settings: { modalities: data.modalities, runs, evaluation, seed: experiment.seed },
    inputs: [...slices, ...[metrics, fused].filter((path) => path !== undefined)],
    outputs: (result) => [result.evaluationFile],
  });
  await job.step({
    name: 'visualize',
    stage: 'visualize',
    options: { config, modalities: data.modalities },
    settings: { modalities: data.modalities },
    inputs: [...tables, ...(metrics === undefined ? [] : [metrics])],
    outputs: (result) => result.files,
  });
  await job.step({
    name: 'report',
    stage: 'report',
    options: { config, language: 'en', pdf: false, output: null },
    settings: { config },
    inputs: [
      ...tables,
      ...[evaluated, leakage].filter((path) => path !== undefined),
      ...optionalParts(config).filter((path) => existsSync(path)),
    ],
    outputs: (result) => [result.html],
  });
  return job.outcomes;
}

/** Records of what a report shows where somebody has made it. */
function optionalParts({ data, experiment }: Config): string[] {
  const explained = data.modalities.map((modality) => explanationsFolder(experiment.output_dir, modality));
  return [
    ...explained.map((folder) => join(folder, 'explanations.json')),
    join(experiment.output_dir, 'harmonize', 'harmonize.json'),
  ];
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
