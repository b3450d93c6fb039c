import type { Config, EvaluatedModel, EvaluatedPatient, FrozenRecord, Split } from '@radweave/artifacts';
import { distinct, type Params, type Remark, remark } from '@radweave/remarks';
import { patientsHash } from '@radweave/stats';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { predictedLabels } from '@radweave/study/decisions/predicted-label';
import { type Candidate, type IsHome, probabilityMatrix, type ScoredPatient } from './candidate.ts';
import { type DecidedBefore, type Decisions, decide } from './decisions.ts';
import type { PredictedModel } from './group.ts';

/** A model with its decisions frozen and every patient evaluated. */
export type FrozenModel = PredictedModel & Pick<EvaluatedModel, 'kind' | 'modalities' | 'frozen'>;

/**
 * Freezes a model's decisions on home validation and evaluates the patients of every split with them.
 *
 * @param aggregation how a network's slices became these patients; only recorded.
 * @param before decisions taken over instead of being fitted.
 */
export function freezeModel(
  candidate: Candidate,
  classes: number,
  options: Config['evaluation'],
  isHome: IsHome,
  aggregation: FrozenRecord | null,
  before: DecidedBefore | null,
): FrozenModel {
  const { name, kind, modalities, inSample } = candidate;
  const decisions = decide(candidate, classes, options, isHome, before);
  return {
    name,
    kind,
    modalities,
    inSample,
    threshold: decisions.threshold,
    patients: forEachSplit((split) => predictAll(candidate.patients[split], classes, decisions)),
    notes: forEachSplit((split) =>
      distinct([
        ...candidate.notes[split],
        ...decisions.notes,
        ...decidedOn(split, candidate.patients[split], decisions),
      ]),
    ),
    frozen: {
      aggregation,
      threshold: decisions.thresholdRecord,
      calibrator: decisions.calibratorRecord,
    },
  };
}

function predictAll(
  patients: readonly ScoredPatient[],
  classes: number,
  { threshold, calibrate }: Decisions,
): EvaluatedPatient[] {
  const predicted = predictedLabels(probabilityMatrix(patients, classes), threshold);
  return patients.map((one, i) => ({
    ...one,
    calibrated: calibrate === null ? null : calibrate(one.probabilities),
    predicted: predicted[i] ?? 0,
  }));
}

/** Numbers of the patients a decision was fitted on are too good; one that was taken over may be of others. */
function decidedOn(
  split: Split,
  patients: readonly ScoredPatient[],
  { thresholdRecord, calibratorRecord }: Decisions,
): Remark[] {
  if (split !== 'val') return [];
  const notes: Remark[] = [];
  const isFixed = Object(thresholdRecord?.value).rule === 'fixed';
  if (thresholdRecord !== null && !isFixed) {
    notes.push(
      isFittedOn(thresholdRecord, patients)
        ? remark('threshold-chosen-here')
        : remark('threshold-taken-over', takenOver(thresholdRecord, patients)),
    );
  }
  if (calibratorRecord !== null) {
    notes.push(
      isFittedOn(calibratorRecord, patients)
        ? remark('calibrator-fitted-here')
        : remark('calibrator-taken-over', takenOver(calibratorRecord, patients)),
    );
  }
  return notes;
}

function isFittedOn({ fitted_on }: FrozenRecord, patients: readonly ScoredPatient[]): boolean {
  return fitted_on.patients_sha256 === patientsHash(patients.map(({ patient }) => patient));
}

/** The hash tells whole sets apart only: of the same hospital, some patients may be in both. */
function takenOver(
  { fitted_on: { splits, hospitals, n } }: FrozenRecord,
  patients: readonly ScoredPatient[],
): Params<'threshold-taken-over'> {
  const own = new Set(patients.map(({ hospital }) => hospital));
  return { n, hospitals, splits: splits as Split[], isPartlyHere: hospitals.some((one) => own.has(one)) };
}
