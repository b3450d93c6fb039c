import type { Config, RunOptions, StageState } from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';

export type { RunOptions };

/** What a whole job does where nothing else is asked for. */
export const RUN_DEFAULTS: RunOptions = {
  bestHparamsDir: 'config/best_hparams',
  explain: true,
  crossFit: null,
};

/** A whole job as its stages see it. */
export interface JobFacts {
  config: Config;
  how: RunOptions;
  /** Run of each modality's network, once it is trained. */
  runs: Record<string, string>;
}

/** Parts of a stage, from 1. */
export interface Parts<Options> {
  readonly stage: string;
  count(how: RunOptions): number;
  options(whole: Options, part: number): unknown;
}

export interface JobPart<Options> {
  /** The stages whose results it reads: those of the same modality, or of all modalities where either is for all together. */
  readonly after: readonly string[];
  /** Whether a job has it; every job by default. */
  isWanted?(how: RunOptions): boolean;
  /** What it leaves, for people who read the plan of a study; `*` stands for a name that is not known before. */
  places(config: Config, modality: string): readonly string[];
  /** Work of it that can be done ahead by several processes side by side; then nothing of it is left to do but the rest. */
  readonly parts?: Parts<Options>;
  /** Once for each modality, not for all together. */
  readonly isPerModality?: true;
  /** Whether a user may do it alone after the job, of more than the job had: then the job's record is kept true. */
  readonly isDoneAlone?: true;
  /** How often it goes through the training patients, for who estimates its time. */
  passes?(config: Config): number;
  /** Under which name its manifest has it, where that is not its own. */
  readonly recordedAs?: string;
  /**
   * What it is asked to do.
   *
   * @param modality Empty for all together.
   * @param state What a step with such options depends on.
   */
  options(
    job: JobFacts,
    modality: string,
    state: (options: Options) => Promise<StageState>,
  ): Options | Promise<Options>;
  /** Notes what later stages are to know, from the paths of its outputs. */
  done?(job: JobFacts, modality: string, outputs: readonly string[]): void;
}

export function trainedCheckpoint({ config, runs }: JobFacts, modality: string): string {
  return new RunFolder(config.experiment.output_dir, runs[modality] ?? '').best;
}
