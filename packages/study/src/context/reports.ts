import type { Estimate } from '@radweave/stats';

/** The numbers of a training history, for slices or for patients. */
export interface Scores {
  auc: Estimate;
  accuracy: Estimate;
  sensitivity: Estimate;
  specificity: Estimate;
}

/** One epoch as the choice of the best sees it. */
export interface Candidate {
  epoch: number;
  /** The monitored AUC, or null where it is undefined (one class only). */
  score: number | null;
  /** Validation loss, which decides ties. */
  loss: number;
}

/** One split's part of an epoch. */
export interface SplitScores {
  loss: number;
  patientLoss: number;
  slice: Scores;
  patient: Scores;
}

/** What an epoch gave. `epoch` counts from 1. */
export interface EpochReport {
  epoch: number;
  learningRate: number;
  train: SplitScores;
  validation: SplitScores;
  isBest: boolean;
  best: Candidate | null;
}

/** What a step gave. `step` counts the batches of the epoch from 1. */
export interface StepReport {
  epoch: number;
  step: number;
  steps: number;
  loss: number;
  slices: number;
}

export interface TrainerEvents {
  onStep(report: StepReport): void;
  /** The frozen stages have computed this many of a set's slices. */
  onFrozen(done: number, total: number): void;
  /** Validation has evaluated this many of its slices. */
  onValidation(done: number, total: number): void;
  /** Something about the way of computing that the user may want to know. */
  onRemark(text: string): void;
  /** Something that the user must look at. */
  onWarning(text: string): void;
  /** Waited for, so that what is recorded is of this epoch. */
  onEpoch(report: EpochReport): Promise<void>;
  /** Asked after each optimizer step; true ends training there. */
  shouldStop(): boolean;
}
