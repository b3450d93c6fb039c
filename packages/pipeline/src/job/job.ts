import { join } from 'node:path';
import {
  type Config,
  FileHashes,
  hashValue,
  isUpToDate,
  outputFolders,
  type StageInput,
  type StageState,
  writeManifest,
} from '@radweave/artifacts';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';
import type { StageName, StageOptions, StageResult } from '../runner/stages.ts';
import type { Reads } from './step-inputs.ts';
import { type StepKind, stepSettings } from './step-settings.ts';

/** How a run is done. */
export interface RunOptions {
  bestHparamsDir: string;
  /** Make Grad-CAM montages of each modality's network, for the report. */
  explain: boolean;
  /** Where in the network their maps are taken; the network's own place unless told. */
  mapLayer?: string;
  /** Also train so many models per modality on folds of the training patients, and stack them; null for none. */
  crossFit: number | null;
}

/** What runs a stage and tells people of it. */
export interface Runner {
  run: <S extends StageName>(
    stage: S,
    options: StageOptions<S>,
    onWarning: (text: string) => void,
  ) => Promise<StageResult<S>>;
  say: (text: string) => void;
  warn: (text: string) => void;
}

/** A step of a run, and whether it was done or nothing it depends on had changed. */
export interface StepOutcome {
  step: string;
  outcome: 'done' | 'unchanged';
}

/** One step of the whole job: a stage, what it reads, and what it leaves. */
export interface Step<S extends StageName> {
  name: string;
  kind: StepKind;
  stage: S;
  options: StageOptions<S>;
  /** What was asked for besides the configuration, as far as the result depends on it. */
  asked?: Record<string, unknown>;
  reads: Reads;
  /** Files and folders. */
  outputs: (result: StageResult<S>) => string[];
}

/** Runs steps that have changed, and keeps a record of each in the folder `run` of the outputs. */
export class Job {
  readonly outcomes: StepOutcome[] = [];
  readonly hashes: FileHashes;
  private readonly config: Config;
  private readonly folder: string;
  private readonly runner: Runner;

  constructor(config: Config, runner: Runner) {
    this.config = config;
    this.runner = runner;
    this.folder = outputFolders(config.experiment.output_dir).manifests;
    this.hashes = new FileHashes(join(this.folder, '.radweave-hashes'));
  }

  /** Runs a step unless it is up to date. @returns the paths of its outputs. */
  async step<S extends StageName>(step: Step<S>): Promise<string[]> {
    const manifest = join(this.folder, `${step.name}.json`);
    const state = await this.state(step);
    const check = isUpToDate(manifest, state, this.hashes);
    if (check.upToDate) {
      this.runner.say(`${step.name}: unchanged, skipped`);
      for (const text of check.warnings) this.runner.warn(text);
      this.outcomes.push({ step: step.name, outcome: 'unchanged' });
      return [...check.outputs];
    }
    this.runner.say(`${step.name}: running, because ${check.reason}`);
    const warnings: string[] = [];
    const result = await this.runner.run(step.stage, step.options, (text) => warnings.push(text));
    const outputs = step.outputs(result);
    // Asked again: only now it is settled what `auto` means.
    const settings = { ...(await stepSettings(this.config, step.kind)), ...step.asked };
    writeManifest(manifest, { ...state, settings }, outputs, this.hashes, warnings);
    this.hashes.save();
    this.outcomes.push({ step: step.name, outcome: 'done' });
    return outputs;
  }

  /** What a step depends on. */
  async state<S extends StageName>({
    stage,
    kind,
    asked,
    reads,
  }: Pick<Step<S>, 'stage' | 'kind' | 'asked' | 'reads'>): Promise<StageState> {
    return {
      stage,
      inputs: Object.entries(reads).map(([name, at]): StageInput => {
        if (typeof at === 'string') return { name, ...this.hashes.fingerprint(at) };
        return { name, path: at.path, kind: 'part', sha256: hashValue(at.value) };
      }),
      settings: { ...(await stepSettings(this.config, kind)), ...asked },
      versions: { radweave: RADWEAVE_VERSION },
    };
  }
}
