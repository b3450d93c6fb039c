import { StatsInputError } from '../core/errors.ts';
import { absent, type Outcome } from '../core/estimate.ts';
import { type Matrix, takeRows, zeros } from '../core/matrix.ts';
import type { FitRow } from '../frozen/rows.ts';
import { stratifiedGroupKFold } from '../split/group-kfold.ts';
import { adaptSite, freezeCombatReference, harmonise, LEAST_SITE_PATIENTS } from './combat.ts';

/** Harmonisation that is done again inside every fold of an audit. */
export interface FoldCombat {
  /** Home train patients, the reference batch; folds leave out those they hold out. */
  readonly reference: readonly FitRow[];
  /** Their features, with the columns of the audited ones. */
  readonly referenceFeatures: Matrix;
  /** Width of each modality's columns, in order: ComBat's prior is a modality's own. */
  readonly blocks: readonly number[];
  /** Hospitals that are harmonised; all others keep their features. */
  readonly hospitals: readonly string[];
}

/** The audited patients: one entry per row of the features. */
export interface Audited {
  readonly features: Matrix;
  readonly hospitals: readonly string[];
  readonly patients: readonly string[];
}

/** Patients to learn from and to predict, and the features each of them has there. */
export interface FoldView {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly trainFeatures: Matrix;
  readonly validationFeatures: Matrix;
}

/** Half of the patients that a hospital must have: a location and scale from fewer would be noise. */
const LEAST_HALF = LEAST_SITE_PATIENTS / 2;

/**
 * A fold's two views, harmonised by its training patients alone. Each half of them is harmonised by itself and trains a
 * classifier, which predicts the held-out patients harmonised by the other half: the error of a hospital's estimated location
 * has opposite signs in patients it came from and in others, and a classifier that met both would be below chance on noise.
 *
 * @param labels the hospital of each audited patient, as a number.
 * @returns null with the reason when a hospital has too few training patients in this fold.
 */
export function harmonisedViews(
  combat: FoldCombat,
  audited: Audited,
  labels: readonly number[],
  { train, validation }: { train: readonly number[]; validation: readonly number[] },
  seed: number,
): Outcome<FoldView[]> {
  for (const hospital of combat.hospitals) {
    const n = train.filter((i) => audited.hospitals[i] === hospital).length;
    if (n < LEAST_SITE_PATIENTS && audited.hospitals.includes(hospital)) {
      return absent('combat-fold-small', { hospital, n, least: LEAST_SITE_PATIENTS });
    }
  }
  const halves = stratifiedGroupKFold(
    train.map((i) => labels[i] as number),
    train.map((i) => audited.patients[i] as string),
    2,
    seed,
  );
  if (halves.value === null) return halves;
  const { foldOf } = halves.value;
  const [first, second] = [0, 1].map((half) => train.filter((_, k) => foldOf[k] === half)) as [
    number[],
    number[],
  ];
  const byFirst = harmoniseBy(combat, audited, first, 0);
  if (byFirst.value === null) return byFirst;
  const bySecond = harmoniseBy(combat, audited, second, 1);
  if (bySecond.value === null) return bySecond;
  const view = (own: number[], mine: Matrix, theirs: Matrix): FoldView => ({
    train: own,
    validation,
    trainFeatures: takeRows(mine, own),
    validationFeatures: takeRows(theirs, validation),
  });
  return {
    value: [view(first, byFirst.value, bySecond.value), view(second, bySecond.value, byFirst.value)],
  };
}

/**
 * The features of all audited patients, with reference, location and scale from the named rows. Reference patients who are
 * not audited are divided too: every second one belongs to this half.
 */
function harmoniseBy(
  combat: FoldCombat,
  { features, hospitals, patients }: Audited,
  from: readonly number[],
  half: 0 | 1,
): Outcome<Matrix> {
  const sources = new Set(from.map((i) => patients[i]));
  const known = new Set(patients);
  const unaudited = combat.reference.filter(({ patient }) => !known.has(patient));
  const share = new Set(unaudited.filter((_, i) => i % 2 === half));
  const isKept = (row: FitRow): boolean => sources.has(row.patient) || share.has(row);
  const rows = combat.reference.filter(isKept);
  const kept = combat.reference.flatMap((row, i) => (isKept(row) ? [i] : []));
  const base = takeRows(combat.referenceFeatures, kept);
  const done: Matrix = { ...features, data: Float64Array.from(features.data) };
  for (const { start, width } of spans(combat.blocks, features.columns)) {
    const reference = freezeCombatReference(rows, takeColumns(base, start, width));
    if (reference.value === null) return reference;
    for (const hospital of combat.hospitals) {
      const all = [...hospitals.keys()].filter((i) => hospitals[i] === hospital);
      if (all.length === 0) continue;
      const own = all.filter((i) => sources.has(patients[i]));
      const estimated = adaptSite(
        reference.value,
        takeColumns(takeRows(features, own), start, width),
        LEAST_HALF,
      );
      if (estimated.value === null) return absent('of-name', { name: hospital, reason: estimated.reason });
      const site = takeColumns(takeRows(features, all), start, width);
      putColumns(done, all, start, harmonise(reference.value, estimated.value, site));
    }
  }
  return { value: done };
}

function spans(blocks: readonly number[], columns: number): { start: number; width: number }[] {
  let end = 0;
  const placed = blocks.map((width) => {
    end += width;
    return { start: end - width, width };
  });
  if (end !== columns) {
    throw new StatsInputError(`the blocks of features have ${end} columns, the features ${columns}`);
  }
  return placed;
}

function takeColumns(matrix: Matrix, start: number, width: number): Matrix {
  const taken = zeros(matrix.rows, width);
  for (let i = 0; i < matrix.rows; i++) {
    const from = i * matrix.columns + start;
    taken.data.set(matrix.data.subarray(from, from + width), i * width);
  }
  return taken;
}

function putColumns(into: Matrix, rows: readonly number[], start: number, from: Matrix): void {
  for (const [k, row] of rows.entries()) {
    const values = from.data.subarray(k * from.columns, (k + 1) * from.columns);
    into.data.set(values, row * into.columns + start);
  }
}
