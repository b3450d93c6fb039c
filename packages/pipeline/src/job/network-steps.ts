import { basename, dirname } from 'node:path';
import {
  type Config,
  hashValue,
  readSplit,
  type Split,
  type StageState,
  splitPath,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { RunFolder } from '@radweave/study/runs/run-folder';
import type { Job, RunOptions } from './job.ts';
import { featureReads, logitReads, type Network, pathsOf, sliceReads } from './step-inputs.ts';

/** Trains and extracts, and cross-fits where that is asked for; training that was stopped is resumed. */
export async function networkSteps(
  job: Job,
  config: Config,
  { bestHparamsDir, crossFit }: RunOptions,
  modality: string,
): Promise<Network> {
  const network = await trainStep(job, config, bestHparamsDir, modality);
  const { checkpoint } = network;
  const reads = { ...sliceReads(config, modality), [`checkpoint of ${modality}`]: checkpoint };
  await job.step({
    name: `extract-${modality}`,
    kind: 'extract',
    stage: 'extract',
    options: { config, given: [], modality, model: undefined, checkpoint, align: false },
    reads,
    outputs: () => pathsOf(featureReads(config, modality)),
  });
  if (crossFit === null) return network;
  await job.step({
    name: `cross-fit-${modality}`,
    kind: 'cross-fit',
    stage: 'cross_fit',
    options: { config, modality, checkpoint, folds: crossFit },
    asked: { folds: crossFit },
    reads,
    outputs: () => pathsOf(logitReads(config, modality)),
  });
  return network;
}

async function trainStep(
  job: Job,
  config: Config,
  bestHparamsDir: string,
  modality: string,
): Promise<Network> {
  const { weights } = config.model;
  const reads = {
    ...sliceReads(config, modality),
    ...(weights !== null && existsSync(weights) ? { 'initial weights': weights } : {}),
  };
  const kind = { stage: 'train', kind: 'train' } as const;
  const run = runName(config, modality, await job.state({ ...kind, reads }));
  const { output_dir } = config.experiment;
  const resume = new RunFolder(output_dir, run).exists();
  const [checkpoint = ''] = await job.step({
    name: `train-${modality}`,
    ...kind,
    options: { config, given: [], modality, resume, run, bestHparamsDir },
    reads,
    outputs: ({ bestModel, valMetrics, testMetrics, slicePredictions }) => [
      bestModel,
      valMetrics,
      testMetrics,
      ...Object.values(slicePredictions).filter((path) => existsSync(path)),
    ],
  });
  // That of an earlier run which was trained alike and has another name stays.
  const name = basename(dirname(checkpoint));
  return { modality, run: name, checkpoint, logs: new RunFolder(output_dir, name).logs };
}

/** A paper shows patients of other hospitals; with one hospital only, those of validation. */
export function shownSplit({ data }: Config, modality: string): Split {
  const test = splitPath(data.splits_dir, 'test', modality);
  return readSplit(test, { rootDir: data.root_dir ?? undefined }).length > 0 ? 'test' : 'val';
}

/**
 * The same settings and inputs always give the same name, so that a run that was stopped is found again. The device may
 * change then, and what `auto` means is settled only once it has begun.
 */
function runName({ experiment, model, training }: Config, modality: string, state: StageState): string {
  const { 'training.device': _, ...settings } = state.settings;
  const identity = [
    state.versions,
    { ...settings, 'training.precision': training.precision },
    state.inputs.map(({ name, sha256 }) => [name, sha256]),
  ];
  return [experiment.name || model.name, modality, hashValue(identity).slice(0, 8)].join('_');
}
