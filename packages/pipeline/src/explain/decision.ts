import { byDefault, type Decision, decisionOf } from '@radweave/analysis/evaluation/network-decision';
import {
  type EvaluatedModel,
  evaluatedNetwork,
  evaluationFiles,
  outputFolders,
  readEvaluation,
  type Split,
  thresholdText,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { aggregateSlices, type Matrix } from '@radweave/stats';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { aggregationName } from '@radweave/study/decisions/aggregation-name';
import type { PredictedPatient } from './select.ts';

/** A patient with the network's probabilities of its slices (slices × classes). */
export interface PatientProbabilities {
  patient: string;
  hospital: string;
  label: number;
  slices: Matrix;
}

/** Largest difference of patient-level probabilities that bfloat16 may make: beyond it they are another network's. */
const SAME_NETWORK = 0.05;

export function predictPatients(
  patients: readonly PatientProbabilities[],
  { aggregation }: Decision,
): PredictedPatient[] {
  return patients.map(({ slices, ...who }) => ({
    ...who,
    probabilities: aggregateSlices(slices, aggregation),
  }));
}

/**
 * The aggregation and threshold that `evaluate` froze for the network itself, if the evaluation is of the same network: its
 * patients must have the probabilities found here. Else the defaults. The thresholds of `fuse` belong to other
 * classifiers and are not used.
 */
export function chooseDecision(
  outputDir: string,
  modality: string,
  split: Split,
  patients: readonly PatientProbabilities[],
  classes: number,
  context: StageContext,
): Decision {
  const path = evaluationFiles(outputFolders(outputDir).evaluation).record;
  const fallback = byDefault(classes);
  if (!existsSync(path)) {
    say(context, `There is no evaluation yet: ${describe(fallback)}.`);
    return fallback;
  }
  const evaluation = readEvaluation(path);
  const model = evaluatedNetwork(evaluation, modality);
  if (model === undefined) {
    say(context, `${path} does not evaluate the network of ${modality}: ${describe(fallback)}.`);
    return fallback;
  }
  const decision = decisionOf(evaluation, modality, classes);
  if (!isSameNetwork(predictPatients(patients, decision), model, split)) {
    warn(context, `${path} is of another network of ${modality}, evaluate again: ${describe(fallback)}.`);
    return fallback;
  }
  say(context, `Decisions of ${path}: ${describe(decision)}.`);
  return decision;
}

function isSameNetwork(scored: readonly PredictedPatient[], model: EvaluatedModel, split: Split): boolean {
  const known = new Map(model.patients[split].map((one) => [one.patient, one.probabilities]));
  return scored.every(({ patient, probabilities }) => {
    const theirs = known.get(patient);
    return theirs?.every((p, k) => Math.abs(p - (probabilities[k] ?? Number.NaN)) <= SAME_NETWORK) === true;
  });
}

export function describe({ aggregation, threshold }: Decision): string {
  const pooled = `${aggregationName(aggregation)} over slices`;
  return threshold === null
    ? `${pooled}, the most probable label`
    : `${pooled}, threshold ${Number(thresholdText(threshold))}`;
}
