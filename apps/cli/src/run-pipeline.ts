import { join } from 'node:path';
import {
  type Config,
  explanationsFile,
  explanationsFolder,
  featureSetPath,
  featureTablePath,
  SPLITS,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { explainStep, type Network, networkSteps, splitFiles } from './network-steps.ts';
import { Job, type RunOptions, type StepOutcome } from './run-job.ts';

/** What `radweave audit` takes unless told. */
const NEAR_DUPLICATE_DISTANCE = 4;

/**
 * Runs preprocess, train and extract per modality, fuse, evaluate, explain, visualize and report; audits the data before and
 * everything after fusing, and stops at a leak. A step whose inputs, settings and outputs have not changed is skipped, and that is said;
 * training that was stopped is resumed.
 */
export async function runPipeline(config: Config, how: RunOptions): Promise<StepOutcome[]> {
  const job = new Job(config.experiment.output_dir, how.quiet);
  const { data, experiment, fusion, evaluation } = config;
  const splits = data.modalities.flatMap((modality) => splitFiles(config, modality));
  const tables = data.modalities.flatMap((modality) =>
    SPLITS.map((split) => featureTablePath(data.features_dir, split, modality)),
  );
  await job.step({
    name: 'preprocess',
    stage: 'preprocess',
    options: { config },
    settings: { data, preprocess: config.preprocess, seed: experiment.seed },
    inputs: data.root_dir === null ? [] : [data.root_dir],
    outputs: () => splits,
  });
  const audited = [
    ...splits,
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
  const networks: Network[] = [];
  for (const modality of data.modalities) networks.push(await networkSteps(job, config, how, modality));
  const runs = Object.fromEntries(networks.map(({ modality, run }) => [modality, run]));
  const logits = networks.flatMap((network) => network.logits);
  const [metrics, fused] = await job.step({
    name: 'fuse',
    stage: 'fuse',
    options: { config, modalities: data.modalities, stack: how.crossFit !== null },
    settings: { modalities: data.modalities, fusion, stack: how.crossFit !== null },
    inputs: [...tables, ...logits],
    outputs: (result) => [result.metricsFile, result.modelFile],
  });
  const [leakage] = await job.step({
    name: 'audit',
    stage: 'audit',
    options: { ...auditOptions, runs },
    settings: { ...auditSettings, runs },
    inputs: [
      ...audited,
      ...networks.flatMap(({ checkpoint }) => checkpoint ?? []),
      ...data.modalities.flatMap((modality) =>
        SPLITS.map((split) => featureSetPath(data.features_dir, split, modality)),
      ),
      ...logits,
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
    inputs: [
      ...networks.flatMap(({ slices }) => slices),
      ...[metrics, fused].filter((path) => path !== undefined),
    ],
    outputs: (result) => [result.evaluationFile],
  });
  for (const network of how.explain ? networks : []) await explainStep(job, config, network, evaluated);
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
  return [...explained.map(explanationsFile), join(experiment.output_dir, 'harmonize', 'harmonize.json')];
}
