import type { Config } from '@radweave/artifacts';

/** Networks that one stage of a job trains, one after the other. */
interface Trainings {
  stage: string;
  modality: string;
  networks: number;
  /** Work of each, in passes over all training slices. */
  passes: number;
}

/** Share of the training patients that a fold's model learns from, besides those held out: the others choose its epoch. */
const LEARNS = 0.8;

/** A rough guess of what all other steps take besides their passes over the slices; most of it draws figures. */
const REST_SECONDS = 30;

export interface JobPace {
  /** Share of all trainings, 0 to 1. */
  done: number;
  /** Until the job's end; early stopping or steps that need not run make it shorter. Null until the pace is known. */
  secondsLeft: number | null;
}

/** Estimates how long a whole job still takes: its trainings at the pace so far, and a little for the other steps. */
export class JobClock {
  private readonly plan: readonly Trainings[];
  private at = 0;
  /** Of the stage under way: networks that are trained, and the share of the present one. */
  private trained = 0;
  private share = 0;
  private last: number | null = null;
  private readonly measured = { seconds: 0, passes: 0 };

  /** @param crossFit models per modality on folds; null for none. */
  constructor({ data, training }: Pick<Config, 'data' | 'training'>, crossFit: number | null) {
    const folds = crossFit ?? 0;
    const ofFold = folds === 0 ? 0 : LEARNS * (1 - 1 / folds) * training.epochs;
    this.plan = data.modalities.flatMap((modality) => [
      { stage: 'train', modality, networks: 1, passes: training.epochs },
      ...(folds === 0 ? [] : [{ stage: 'cross_fit', modality, networks: folds, passes: ofFold }]),
    ]);
  }

  /** A stage begins; one that is skipped is never seen. */
  begin(stage: string, modality: unknown): void {
    const next = this.plan.findIndex((one) => one.stage === stage && one.modality === modality);
    if (next < 0) return;
    this.at = next;
    this.trained = 0;
    this.share = 0;
    this.last = null;
  }

  /**
   * A step of training was made.
   *
   * @param share of the present network's epochs, 0 to 1.
   * @param now milliseconds.
   */
  step(share: number, now: number): JobPace {
    const present = this.plan[this.at];
    if (present === undefined) return { done: 1, secondsLeft: null };
    // The next fold's network starts again.
    const isNext = share < this.share;
    if (isNext) this.trained++;
    if (this.last !== null) {
      this.measured.seconds += (now - this.last) / 1000;
      this.measured.passes += (isNext ? share : share - this.share) * present.passes;
    }
    [this.share, this.last] = [share, now];
    const workOf = (some: readonly Trainings[]): number =>
      some.reduce((sum, { networks, passes }) => sum + networks * passes, 0);
    const all = workOf(this.plan);
    const done = workOf(this.plan.slice(0, this.at)) + (this.trained + share) * present.passes;
    const { seconds, passes } = this.measured;
    // Extraction and maps go over the slices once more.
    const secondsLeft = passes > 0 ? (seconds / passes) * (all - done + 1) + REST_SECONDS : null;
    return { done: done / all, secondsLeft };
  }
}
