import type { Config, StageState } from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';

/** How a whole job is done. */
export interface RunOptions {
  bestHparamsDir: string;
  /** Make Grad-CAM montages of each modality's network, for the report. */
  explain: boolean;
  /** Where in the network their maps are taken; the network's own place by default. */
  mapLayer?: string;
  /** Also train so many models per modality on folds of the training patients, and stack them; null for none. */
  crossFit: number | null;
}

/** A whole job as its stages see it. */
export interface JobFacts {
  config: Config;
  how: RunOptions;
  /** Run of each modality's network, once it is trained. */
  runs: Record<string, string>;
}

/** A stage's part in a whole job. */
export interface JobPart<Options> {
  /** Once for each modality, not for all together. */
  readonly isPerModality?: true;
  /** Under which name its manifest has it, where that is not its own. */
  readonly recordedAs?: string;
  /**
   * What it is asked to do; null to leave it out.
   *
   * @param modality Empty for all together.
   * @param state What a step with such options depends on.
   */
  options(
    job: JobFacts,
    modality: string,
    state: (options: Options) => Promise<StageState>,
  ): Options | null | Promise<Options | null>;
  /** Notes what later stages are to know, from the paths of its outputs. */
  done?(job: JobFacts, modality: string, outputs: readonly string[]): void;
}

/** The best checkpoint of the network that the job trained for a modality. */
export function trainedCheckpoint({ config, runs }: JobFacts, modality: string): string {
  return new RunFolder(config.experiment.output_dir, runs[modality] ?? '').best;
}
