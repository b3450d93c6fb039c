import { join } from 'node:path';
import { fingerprint, isUpToDate, readManifest, type StageState, writeManifest } from '@radweave/artifacts';
import { RADWEAVE_VERSION, type StageName, type StageOptions, type StageResult } from '@radweave/pipeline';
import { runStage } from './stage/run-stage.ts';

/** How a run is done. */
export interface RunOptions {
  bestHparamsDir: string;
  quiet: boolean;
  /** Make Grad-CAM montages of each modality's network, for the report. */
  explain: boolean;
  /** Also train so many models per modality on folds of the training patients, and stack them; null for none. */
  crossFit: number | null;
}

/** A step of a run, and whether it was done or nothing it depends on had changed. */
export interface StepOutcome {
  step: string;
  outcome: 'done' | 'unchanged';
}

/** One step of the whole job: a stage, what it reads, and what it leaves. */
export interface Step<S extends StageName> {
  name: string;
  stage: S;
  options: StageOptions<S>;
  /** The settings its result depends on. */
  settings: Record<string, unknown>;
  /** Files and folders it reads. */
  inputs: string[];
  outputs: (result: StageResult<S>) => string[];
}

/** Runs steps that have changed, and keeps a record of each in the folder `run` of the outputs. */
export class Job {
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
