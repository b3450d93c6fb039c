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
import type { JobFacts, RunOptions } from '../declare/job-part.ts';
import type { SomeStage } from '../declare/stage.ts';
import type { StageName, StageOptions, StageResult } from '../stages/index.ts';
import { stageSettings } from './stage-settings.ts';

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

/** Runs stages on which something has changed, and keeps a record of each step in the folder `run` of the outputs. */
export class Job implements JobFacts {
  readonly config: Config;
  readonly how: RunOptions;
  readonly runs: Record<string, string> = {};
  readonly outcomes: StepOutcome[] = [];
  private readonly hashes: FileHashes;
  private readonly folder: string;
  private readonly runner: Runner;

  constructor(config: Config, how: RunOptions, runner: Runner) {
    this.config = config;
    this.how = how;
    this.runner = runner;
    this.folder = outputFolders(config.experiment.output_dir).manifests;
    this.hashes = new FileHashes(join(this.folder, '.radweave-hashes'));
  }

  /** Runs a stage, for one modality or (empty) for all together, unless it is up to date or has no part in this job. */
  async step(stage: SomeStage, modality: string): Promise<void> {
    const options = await stage.job?.options(this, modality, (wish) => this.state(stage, wish as never));
    if (options === undefined || options === null) return;
    const name = [...stage.name.split('_'), ...(modality === '' ? [] : [modality])].join('-');
    const outputs = await this.outputsOf(stage, name, options as never);
    stage.job?.done?.(this, modality, outputs);
  }

  private async outputsOf(stage: SomeStage, name: string, options: never): Promise<readonly string[]> {
    const manifest = join(this.folder, `${name}.json`);
    const state = await this.state(stage, options);
    const check = isUpToDate(manifest, state, this.hashes);
    if (check.upToDate) {
      this.runner.say(`${name}: unchanged, skipped`);
      for (const text of check.warnings) this.runner.warn(text);
      this.outcomes.push({ step: name, outcome: 'unchanged' });
      return check.outputs;
    }
    this.runner.say(`${name}: running, because ${check.reason}`);
    const warnings: string[] = [];
    const result = await this.runner.run(stage.name as StageName, options, (text) => warnings.push(text));
    const outputs = stage.writes(options, result);
    // Asked again: only now it is settled what `auto` means.
    const settings = await this.settings(stage, options);
    writeManifest(manifest, { ...state, settings }, outputs, this.hashes, warnings);
    this.hashes.save();
    this.outcomes.push({ step: name, outcome: 'done' });
    return outputs;
  }

  /** What a step depends on. */
  private async state(stage: SomeStage, options: never): Promise<StageState> {
    const reads = Object.entries(stage.reads(options, { hashes: this.hashes, runs: this.runs }));
    return {
      stage: stage.job?.recordedAs ?? stage.name,
      inputs: reads.map(([name, at]): StageInput => {
        if (typeof at === 'string') return { name, ...this.hashes.fingerprint(at) };
        return { name, path: at.path, kind: 'part', sha256: hashValue(at.value) };
      }),
      settings: await this.settings(stage, options),
      versions: { radweave: RADWEAVE_VERSION },
    };
  }

  private async settings(stage: SomeStage, options: never): Promise<Record<string, unknown>> {
    return { ...(await stageSettings(this.config, stage)), ...stage.asked?.(options) };
  }
}
