import { type Config, DataError, type FrozenRecord, UsageError } from '@radweave/artifacts';
import { type Remark, remark } from '@radweave/remarks';
import {
  applyIsotonic,
  applyPlatt,
  applyTemperature,
  type Frozen,
  type FrozenKind,
  freezeIsotonic,
  freezePlatt,
  freezeTemperature,
  type Matrix,
  matrixFrom,
  type Outcome,
  rowOf,
} from '@radweave/stats';
import { asRecord, checkedFrozen, refusingExternal } from '@radweave/study/decisions/frozen-record';
import { decideThreshold, thresholdRuleOf } from '@radweave/study/decisions/threshold';
import { type Candidate, fitRows, type IsHome } from './candidate.ts';

/** What was decided for a model on home validation patients. */
export interface Decisions {
  /** Of the positive label's probability before calibration; null with more than two classes. */
  threshold: number | null;
  thresholdRecord: FrozenRecord | null;
  /** Calibrated probabilities of a patient; null without a calibrator. */
  calibrate: ((probabilities: readonly number[]) => number[]) | null;
  calibratorRecord: FrozenRecord | null;
  /** What could not be decided, and what stands in. */
  notes: Remark[];
}

/** Decisions that were frozen before and are taken over, checked, instead of being fitted. */
export interface DecidedBefore {
  threshold: FrozenRecord | null;
  calibrator: FrozenRecord | null;
}

/** Keeps the logarithm finite; far below what a float32 softmax tells apart from 0. */
const LEAST_PROBABILITY = 1e-12;

/**
 * Fits threshold and calibrator on the validation patients, or takes what was frozen before.
 *
 * @throws DataError when validation holds external patients, or a frozen decision was changed.
 */
export function decide(
  candidate: Candidate,
  classes: number,
  options: Config['evaluation'],
  isHome: IsHome,
  before: DecidedBefore | null,
): Decisions {
  const notes: Remark[] = [];
  const { threshold: thresholdRecord, calibrator: calibratorRecord } = before ?? {
    threshold: classes === 2 ? fitThreshold(candidate, options, isHome, notes) : null,
    calibrator: fitCalibrator(candidate, classes, options, isHome, notes),
  };
  if (before !== null && classes === 2 && thresholdRecord === null) {
    throw new DataError('E_FROZEN', `no threshold was frozen for the model '${candidate.name}'`, {
      where: '--frozen',
      hint: 'Name the frozen folder of an evaluation of the same models, or leave out --frozen to fit',
    });
  }
  return {
    threshold: thresholdRecord === null ? null : checkedFrozen(thresholdRecord, 'threshold').value.threshold,
    thresholdRecord,
    calibrate: calibratorRecord === null ? null : calibratorOf(calibratorRecord),
    calibratorRecord,
    notes,
  };
}

function fitThreshold(
  candidate: Candidate,
  options: Config['evaluation'],
  isHome: IsHome,
  notes: Remark[],
): FrozenRecord {
  const { threshold, unchosen } = decideThreshold(scoredRows(candidate, isHome), thresholdRuleOf(options));
  if (unchosen !== null) notes.push(unchosen);
  return threshold;
}

function fitCalibrator(
  candidate: Candidate,
  classes: number,
  { calibration }: Config['evaluation'],
  isHome: IsHome,
  notes: Remark[],
): FrozenRecord | null {
  if (calibration === 'none') return null;
  if (classes > 2 && calibration !== 'temperature') {
    throw new UsageError('E_CALIBRATION', `${calibration} needs two labels, but there are ${classes}`, {
      where: '--calibration',
      hint: 'Use --calibration temperature or none',
    });
  }
  const rows = scoredRows(candidate, isHome);
  const fits = {
    platt: () => freezePlatt(rows),
    isotonic: () => freezeIsotonic(rows),
    temperature: () => freezeTemperature(rows, logitsOf(candidate.patients.val, classes)),
  };
  const fitted = refusingExternal<Outcome<Frozen<FrozenKind>>>(fits[calibration]);
  if (fitted.value !== null) return asRecord(fitted.value);
  notes.push(remark('not-calibrated', { reason: fitted.reason }));
  return null;
}

function scoredRows(candidate: Candidate, isHome: IsHome): Parameters<typeof freezePlatt>[0] {
  return fitRows(candidate.patients.val, 'val', isHome).map((row) => ({
    ...row,
    probability: row.probabilities[1] ?? Number.NaN,
  }));
}

/** A softmax does not change with a constant added to its logits, so log-probabilities are logits. */
function logitsOf(patients: readonly { probabilities: readonly number[] }[], classes: number): Matrix {
  return matrixFrom(
    patients.map(({ probabilities }) => probabilities.map((p) => Math.log(Math.max(p, LEAST_PROBABILITY)))),
    classes,
  );
}

function calibratorOf(record: FrozenRecord): (probabilities: readonly number[]) => number[] {
  const binary = (apply: (p: number) => number) => (probabilities: readonly number[]) => {
    const positive = apply(probabilities[1] ?? Number.NaN);
    return [1 - positive, positive];
  };
  if (record.kind === 'platt') {
    const platt = checkedFrozen(record, 'platt');
    return binary((p) => applyPlatt(platt, [p])[0] ?? Number.NaN);
  }
  if (record.kind === 'isotonic') {
    const isotonic = checkedFrozen(record, 'isotonic');
    return binary((p) => applyIsotonic(isotonic, [p])[0] ?? Number.NaN);
  }
  const temperature = checkedFrozen(record, 'temperature');
  return (probabilities) => {
    const logits = logitsOf([{ probabilities }], probabilities.length);
    return Array.from(rowOf(applyTemperature(temperature, logits), 0));
  };
}
