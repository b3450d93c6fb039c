import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type Config,
  FileHashes,
  isUpToDate,
  outputFolders,
  realPlace,
  recordedOutputs,
  type StageState,
  writeManifest,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';
import type { JobFacts, RunOptions } from '../declare/job-part.ts';
import { inputsOf } from '../declare/reads.ts';
import type { SomeStage } from '../declare/stage.ts';
import type { StageName, StageOptions, StageResult } from '../stages/index.ts';
import { stageSettings } from './stage-settings.ts';
import { type Step, stepName } from './steps.ts';

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

/** Whether a step was done or nothing it depends on had changed. */
export type Outcome = 'done' | 'unchanged';

/** A step of a run, and what came of it. */
export interface StepOutcome {
  step: string;
  outcome: Outcome;
}

/** Runs stages on which something has changed, and keeps a record of each step in the folder `run` of the outputs. */
export class Job implements JobFacts {
  readonly config: Config;
  readonly how: RunOptions;
  readonly runs: Record<string, string> = {};
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

  /** Does a step, unless it is up to date. */
  async step(step: Step): Promise<Outcome> {
    const { stage, modality, name } = step;
    const options = await this.optionsOf(step);
    const state = await this.state(stage, options);
    const manifest = this.manifestOf(name);
    const check = isUpToDate(manifest, state, this.hashes);
    if (check.upToDate) {
      this.runner.say(`${name}: unchanged, skipped`);
      for (const text of check.warnings) this.runner.warn(text);
      stage.job?.done?.(this, modality, check.outputs);
      return 'unchanged';
    }
    this.runner.say(`${name}: running, because ${check.reason}`);
    const warnings: string[] = [];
    const result = await this.runner.run(stage.name as StageName, options, (text) => warnings.push(text));
    const outputs = stage.writes(options, result);
    // Asked again: only now it is settled what `auto` means.
    const settings = await this.settings(stage, options);
    writeManifest(manifest, { ...state, settings }, outputs, this.hashes, warnings);
    this.hashes.save();
    stage.job?.done?.(this, modality, outputs);
    return 'done';
  }

  isRecorded({ name }: Step): boolean {
    return existsSync(this.manifestOf(name));
  }

  /** Records a step that was done by itself, where a run recorded it with the same outputs. */
  async renew(step: Step, outputs: readonly string[], warnings: readonly string[]): Promise<void> {
    if (!this.isRecorded(step)) return;
    const manifest = this.manifestOf(step.name);
    const places = (paths: readonly string[]): string[] => paths.map(realPlace);
    if (!isDeepStrictEqual(places(recordedOutputs(manifest)), places(outputs))) return;
    const state = await this.state(step.stage, await this.optionsOf(step));
    writeManifest(manifest, state, outputs, this.hashes, warnings);
    this.hashes.save();
  }

  /** Does a part of a step ahead of it, unless the step is up to date. */
  async part(step: Step, part: number): Promise<Outcome> {
    const { stage, modality, name } = step;
    const parts = stage.job?.parts;
    if (parts === undefined) throw new RangeError(`${name} has no parts`);
    const options = await this.optionsOf(step);
    const state = await this.state(stage, options);
    if (isUpToDate(this.manifestOf(name), state, this.hashes).upToDate) return 'unchanged';
    this.runner.say(`${stepName(parts.stage, modality, String(part))}: running, as a part of ${name}`);
    await this.runner.run(parts.stage as StageName, parts.options(options, part) as never, () => undefined);
    return 'done';
  }

  /** Forgets what was noted and notes what these steps, done by whatever process, left for those after them. */
  recall(steps: readonly Step[]): void {
    for (const modality of Object.keys(this.runs)) delete this.runs[modality];
    for (const { stage, modality, name } of steps) {
      if (stage.job?.done === undefined) continue;
      stage.job.done(this, modality, recordedOutputs(this.manifestOf(name)));
    }
  }

  private manifestOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  private async optionsOf({ stage, modality }: Step): Promise<never> {
    return (await stage.job?.options(this, modality, (wish) => this.state(stage, wish as never))) as never;
  }

  private async state(stage: SomeStage, options: never): Promise<StageState> {
    const reads = stage.reads(options, { hashes: this.hashes, runs: this.runs });
    return {
      stage: stage.job?.recordedAs ?? stage.name,
      inputs: inputsOf(reads, this.hashes),
      settings: await this.settings(stage, options),
      versions: { radweave: RADWEAVE_VERSION },
    };
  }

  private async settings(stage: SomeStage, options: never): Promise<Record<string, unknown>> {
    return { ...(await stageSettings(this.config, stage)), ...stage.asked?.(options) };
  }
}
