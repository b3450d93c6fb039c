import { join } from 'node:path';
import {
  auditFolder,
  type Config,
  evaluationFolder,
  explanationsFolder,
  fusedFeaturesStem,
  fusionFolder,
  SPLITS,
} from '@radweave/artifacts';
import { EXPLAINED } from './explain-defaults.ts';
import { Job, type Runner, type RunOptions, type StepOutcome } from './job.ts';
import { networkSteps, shownSplit } from './network-steps.ts';
import {
  decisionReads,
  evaluationReads,
  featureReads,
  featureRecords,
  frozenReads,
  fusionReads,
  historyReads,
  homeReads,
  logitReads,
  logitRecords,
  type Network,
  networkReads,
  pathsOf,
  type Reads,
  rawReads,
  runReads,
  shownReads,
  sliceReads,
  splitReads,
  splitRecords,
  summaryReads,
  trainedWithReads,
} from './step-inputs.ts';

/** What `radweave audit` takes unless told. */
const NEAR_DUPLICATE_DISTANCE = 4;

/**
 * Runs preprocess, train and extract per modality, fuse, evaluate, explain, visualize and report; audits the data before, and
 * everything after evaluating, and stops at a leak. A step whose inputs, settings and outputs have not changed is skipped, and
 * that is said; training that was stopped is resumed.
 */
export async function runPipeline(config: Config, how: RunOptions, runner: Runner): Promise<StepOutcome[]> {
  const { modalities } = config.data;
  const { bestHparamsDir } = how;
  await runner.run('check', { config, bestHparamsDir }, () => undefined);
  const job = new Job(config, runner);
  await cohortSteps(job, config);
  const networks: Network[] = [];
  for (const modality of modalities) networks.push(await networkSteps(job, config, how, modality));
  const runs = Object.fromEntries(networks.map(({ modality, run }) => [modality, run]));
  const stack = how.crossFit !== null;
  await fuseStep(job, config, stack);
  await evaluateStep(job, config, networks, runs);
  await auditStep(job, config, runs);
  for (const network of how.explain ? networks : []) await explainStep(job, config, network, how.mapLayer);
  await job.step({
    name: 'visualize',
    kind: 'visualize',
    stage: 'visualize',
    options: { config, modalities, runs },
    asked: { runs },
    reads: {
      ...splitRecords(config, 'cohort.csv'),
      ...together(modalities, (one) => featureReads(config, one)),
      ...together(networks, historyReads),
      ...fusionReads(config, [
        'fusion model',
        'fusion metrics',
        'val fusion predictions',
        'test fusion predictions',
      ]),
    },
    outputs: (result) => result.files,
  });
  await job.step({
    name: 'report',
    kind: 'report',
    stage: 'report',
    options: { config, language: 'en', pdf: false, output: null },
    reads: {
      ...summaryReads(config),
      ...splitRecords(config, 'cohort.csv', 'exclusions.csv', 'brightness.csv'),
      ...together(modalities, (one) => featureReads(config, one)),
      ...together(networks, (one) => ({
        ...networkReads(one),
        ...historyReads(one),
        ...trainedWithReads(one),
      })),
      ...fusionReads(config),
      ...evaluationReads(config),
      ...shownReads(config),
    },
    outputs: (result) => [result.html],
  });
  return job.outcomes;
}

function together<T>(items: readonly T[], reads: (item: T) => Reads): Reads {
  return Object.assign({}, ...items.map(reads));
}

/** Divides the patients, and looks for leaks before anything is trained. */
async function cohortSteps(job: Job, config: Config): Promise<void> {
  const { modalities } = config.data;
  await job.step({
    name: 'preprocess',
    kind: 'preprocess',
    stage: 'preprocess',
    options: { config },
    reads: rawReads(config, job.hashes),
    outputs: () =>
      pathsOf({
        ...together(modalities, (one) => splitReads(config, one)),
        ...splitRecords(config, 'cohort.csv', 'summary.json', 'exclusions.csv', 'brightness.csv'),
      }),
  });
  await job.step({
    name: 'audit-data',
    kind: 'audit-data',
    stage: 'audit',
    // A folder of its own: the audit of everything is written later and must not make this one look outdated.
    options: {
      ...auditOptions(config),
      dataOnly: true,
      outputDir: join(auditFolder(config), 'data'),
    },
    asked: { near_duplicate_distance: NEAR_DUPLICATE_DISTANCE },
    reads: dataReads(config),
    outputs: (result) => [result.auditFile, result.textFile],
  });
}

function auditOptions(config: Config) {
  return {
    config,
    modalities: config.data.modalities,
    strict: false,
    nearDuplicateDistance: NEAR_DUPLICATE_DISTANCE,
    pixels: true,
  };
}

/** What an audit of the data looks at. */
function dataReads(config: Config): Reads {
  const { modalities } = config.data;
  return {
    ...together(modalities, (one) => sliceReads(config, one)),
    ...splitRecords(config, 'cohort.csv'),
  };
}

async function fuseStep(job: Job, config: Config, stack: boolean): Promise<void> {
  const { modalities } = config.data;
  await job.step({
    name: 'fuse',
    kind: 'fuse',
    stage: 'fuse',
    options: { config, modalities, stack },
    asked: { stack },
    reads: {
      ...splitRecords(config, 'cohort.csv'),
      ...together(modalities, (one) => featureReads(config, one)),
      ...(stack ? together(modalities, (one) => logitReads(config, one)) : {}),
    },
    outputs: () => [...pathsOf(fusionReads(config)), ...fusedFiles(fusionFolder(config))],
  });
}

function fusedFiles(folder: string): string[] {
  return SPLITS.flatMap((split) =>
    ['npy', 'csv'].map((ending) => `${fusedFeaturesStem(folder, split)}.${ending}`),
  );
}

async function evaluateStep(
  job: Job,
  config: Config,
  networks: readonly Network[],
  runs: Record<string, string>,
): Promise<void> {
  await job.step({
    name: 'evaluate',
    kind: 'evaluate',
    stage: 'evaluate',
    options: {
      config,
      modalities: config.data.modalities,
      runs,
      frozen: null,
      networksOnly: false,
      outputDir: null,
    },
    asked: { runs },
    reads: {
      ...homeReads(config),
      ...splitRecords(config, 'cohort.csv'),
      ...together(networks, networkReads),
      ...fusionReads(config),
    },
    outputs: () => [evaluationFolder(config)],
  });
}

async function auditStep(job: Job, config: Config, runs: Record<string, string>): Promise<void> {
  const { modalities } = config.data;
  await job.step({
    name: 'audit',
    kind: 'audit',
    stage: 'audit',
    options: { ...auditOptions(config), runs },
    asked: { near_duplicate_distance: NEAR_DUPLICATE_DISTANCE, runs },
    reads: {
      ...dataReads(config),
      ...runReads(config),
      ...together(modalities, (one) => ({ ...featureRecords(config, one), ...logitRecords(config, one) })),
      ...fusionReads(config, ['fusion model', 'train fusion predictions', 'val fusion predictions']),
      ...frozenReads(config),
    },
    outputs: (result) => [result.auditFile, result.textFile],
  });
}

/** Explains a network by the decisions that the evaluation froze for it. */
async function explainStep(
  job: Job,
  config: Config,
  network: Network,
  layer: string | undefined,
): Promise<void> {
  const { modality, checkpoint } = network;
  const split = shownSplit(config, modality);
  await job.step({
    name: `explain-${modality}`,
    kind: 'explain',
    stage: 'explain',
    options: { config, modality, checkpoint, split, layer, ...EXPLAINED },
    asked: { split, ...(layer === undefined ? {} : { layer }), ...EXPLAINED },
    reads: {
      ...sliceReads(config, modality, [split]),
      [`checkpoint of ${modality}`]: checkpoint,
      ...decisionReads(config, modality),
    },
    outputs: () => [explanationsFolder(config.experiment.output_dir, modality)],
  });
}
