import { join } from 'node:path';
import {
  type Config,
  fileNames,
  jsonWith,
  refuseOther,
  writeFileAtomic,
  writeJson,
} from '@radweave/artifacts';
import { chooseCompute, computeSettings, inferenceBatch } from '@radweave/network/compute/compute';
import { engineVersions } from '@radweave/network/compute/versions';
import { requireEngineSettings } from '@radweave/network/open/engine-settings';
import { buildNetwork } from '@radweave/network/open/network-source';
import { configuredNetwork, type NetworkSpec } from '@radweave/network/open/network-spec';
import { extractionWork } from '@radweave/network/open/workload';
import { type Clock, clockOf, profileExtraction, profileTraining } from '@radweave/network/profile/steps';
import {
  type ModuleRow,
  moduleRows,
  type OperatorRow,
  operatorRows,
  type PhaseRow,
  phaseRows,
} from '@radweave/network/profile/tables';
import { timeline } from '@radweave/network/profile/timeline';
import { chromeTrace } from '@radweave/network/profile/trace';
import { buildWork } from '@radweave/network/training/build';
import { counted } from '@radweave/remarks';
import { type StageContext, say } from '@radweave/study/context/events';
import { manualSeed, type Profile, resolveDevice } from '@radweave/torch';

/** What is profiled: one training step or one extraction batch. */
export type ProfiledJob = 'training' | 'extraction';

export interface ProfileOptions {
  config: Config;
  jobs: ProfiledJob[];
  /** Folder for the traces and `profile.json`. */
  outputDir: string;
  /** Names of a module's path that are told apart; undefined for all. */
  depth?: number | undefined;
}

export interface JobProfile {
  job: ProfiledJob;
  /** Slices in the batch. */
  slices: number;
  precision: string;
  /** What the times of operators and modules are. */
  clock: Clock;
  ms: number;
  phases: PhaseRow[];
  operators: OperatorRow[];
  modules: ModuleRow[];
  /** Chrome trace. */
  trace: string;
}

export interface ProfileResult {
  model: string;
  imageSize: number;
  device: string;
  jobs: JobProfile[];
  /** All of this as a file. */
  report: string;
  versions: Record<string, string>;
}

/**
 * Measures where the time of one training step and one extraction batch goes, by operator and by module, on made-up slices
 * and random weights: neither changes the time.
 */
export async function profile(options: ProfileOptions, context: StageContext): Promise<ProfileResult> {
  const { config, jobs, outputDir, depth } = options;
  const { model, training, augmentation } = config;
  const report = join(outputDir, 'profile.json');
  refuseOther(report, '--output_dir', 'a profile of Radweave', jsonWith('jobs'));
  requireEngineSettings({ model: { ...model, weights: null }, training });
  const spec: NetworkSpec = {
    ...configuredNetwork(config),
    weights: { from: 'scratch' },
    normalisation: { mean: augmentation.normalize_mean, std: augmentation.normalize_std },
  };
  manualSeed(config.experiment.seed);
  const found: JobProfile[] = [];
  for (const job of jobs) {
    const work =
      job === 'training' ? buildWork(config, spec) : extractionWork(spec, config.extraction.batch_size);
    const compute = chooseCompute(computeSettings(config), work, context);
    const { precision } = compute;
    say(context, `Profiling ${job} of ${model.name}; the first steps are not counted.`);
    const network = await buildNetwork(spec, compute, context);
    const measure = job === 'training' ? profileTraining : profileExtraction;
    const slices =
      job === 'training' ? training.batch_size : inferenceBatch(config.extraction.batch_size, compute);
    const recorded = measure(config, compute, network);
    const title = `${model.name} ${job}, ${counted(slices, 'slice')}, ${precision}`;
    const trace = join(outputDir, `${job}.trace.json`);
    found.push({ job, slices, precision, clock: clockOf(compute), ...write(recorded, title, trace, depth) });
  }
  const device = resolveDevice(training.device);
  const result: ProfileResult = {
    model: model.name,
    imageSize: config.data.image_size,
    device,
    jobs: found,
    report,
    versions: engineVersions(device),
  };
  writeJson(report, fileNames(result));
  return result;
}

function write(
  recorded: Profile,
  title: string,
  trace: string,
  depth: number | undefined,
): Omit<JobProfile, 'job' | 'slices' | 'precision' | 'clock'> {
  const timed = timeline(recorded);
  const { duration } = recorded;
  writeFileAtomic(trace, JSON.stringify(chromeTrace(title, recorded, timed)));
  return {
    ms: duration / 1000,
    phases: phaseRows(timed, duration),
    operators: operatorRows(timed, duration),
    modules: moduleRows(timed, duration, depth),
    trace,
  };
}
