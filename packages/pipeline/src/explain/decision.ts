import {
  type EvaluatedModel,
  type ExplainedDecision,
  evaluatedNetwork,
  evaluationFiles,
  outputFolders,
  readEvaluation,
  type Split,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Aggregation, aggregateSlices, type Matrix, parseFrozen } from '@radweave/stats';
import { type StageContext, say, warn } from '@radweave/study/context/events';
import { aggregationName } from '@radweave/study/decisions/aggregation-name';
import type { PredictedPatient } from './select.ts';

/** How a patient's slices become a verdict. */
export interface Decision {
  source: ExplainedDecision['source'];
  aggregation: Aggregation;
  /** Null with more than two classes. */
  threshold: number | null;
}

/** A patient with the network's probabilities of its slices (slices × classes). */
export interface PatientProbabilities {
  patient: string;
  hospital: string;
  label: number;
  slices: Matrix;
}

/** Largest difference of patient-level probabilities that bfloat16 may make: beyond it they are another network's. */
const SAME_NETWORK = 0.05;

/** Mean over slices; positive from 0.5 on, or the most probable of more than two classes. */
function byDefault(classes: number): Decision {
  return { source: 'default', aggregation: { method: 'mean' }, threshold: classes === 2 ? 0.5 : null };
}

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
  const model = evaluatedNetwork(readEvaluation(path), modality);
  if (model === undefined) {
    say(context, `${path} does not evaluate the network of ${modality}: ${describe(fallback)}.`);
    return fallback;
  }
  const decision = frozenDecision(model, fallback);
  if (!isSameNetwork(predictPatients(patients, decision), model, split)) {
    warn(context, `${path} is of another network of ${modality}, evaluate again: ${describe(fallback)}.`);
    return fallback;
  }
  say(context, `Decisions of ${path}: ${describe(decision)}.`);
  return decision;
}

function frozenDecision({ frozen }: EvaluatedModel, fallback: Decision): Decision {
  const { aggregation, threshold } = frozen;
  return {
    source: 'evaluation',
    aggregation:
      aggregation === null ? fallback.aggregation : parseFrozen(aggregation, 'aggregation').value.chosen,
    threshold: threshold === null ? fallback.threshold : parseFrozen(threshold, 'threshold').value.threshold,
  };
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
    ? `${pooled}, the most probable class`
    : `${pooled}, threshold ${Number(threshold.toFixed(4))}`;
}
