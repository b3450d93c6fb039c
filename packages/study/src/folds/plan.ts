import {
  type Config,
  DataError,
  hashFile,
  hashValue,
  SPLITS,
  type Split,
  splitSummaryIn,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { withLabelNames } from '@radweave/remarks';
import { stratifiedGroupKFold } from '@radweave/stats';
import { forEachSplit } from '../cohort/each-split.ts';
import { requireLearnable } from '../cohort/learnable.ts';
import { bareHash } from '../cohort/patient-hash.ts';
import { namesIn, type SliceRow, SliceTable } from '../cohort/slice-table.ts';

/** The inner validation part is one of this many stratified parts, fewer where a label has fewer patients. */
const INNER_PARTS = 5;

/** One model to train. `test` is held out: it is evaluated once, after the last epoch. */
export interface CrossFold {
  /** Number from 1, or the hospital left out. */
  name: string;
  /** Suffix of the run's name. */
  suffix: string;
  sets: Record<Split, SliceRow[]>;
}

/** What the models of the folds are to learn, and where the patients come from. */
export interface Learned {
  classes: number;
  splitsDir: string;
}

/**
 * K patient-grouped, stratified folds. Each fold's model chooses its epoch on an inner stratified part of its own training
 * patients, never on the held-out fold.
 *
 * @throws DataError when a class has too few patients.
 */
export function planFolds(rows: readonly SliceRow[], k: number, seed: number, learned: Learned): CrossFold[] {
  const least = 'every fold needs a patient of each label';
  const hint = k > 2 ? `Use fewer folds; ${least}` : `Add patients; ${least}`;
  const foldOf = assign(rows, k, seed, `${k} folds cannot be made`, hint);
  const folds = Array.from({ length: k }, (_, fold): CrossFold => {
    const name = String(fold + 1);
    const isHeldOut = (patient: string): boolean => foldOf.get(patient) === fold;
    return { name, suffix: `fold${name}`, sets: setsOf(rows, isHeldOut, seed, `fold ${name}`) };
  });
  for (const { name, sets } of folds) requireFold(sets, `fold ${name}`, learned);
  return folds;
}

/** Each hospital in turn is held out; the model is trained on all others. @throws DataError as {@link planFolds}. */
export function planHospitals(rows: readonly SliceRow[], seed: number, learned: Learned): CrossFold[] {
  const hospitals = [...new Set(rows.map(({ hospital }) => hospital))].sort();
  if (hospitals.length < 2) {
    throw new DataError(
      'E_HOSPITALS',
      `--leave_one_hospital_out needs at least two hospitals; there ${hospitals.length === 1 ? 'is one' : 'are none'}`,
      {
        hint: 'Use --folds K to cross-validate within one hospital',
      },
    );
  }
  const homeOf = new Map(rows.map(({ patient, hospital }) => [patient, hospital]));
  return hospitals.map((name): CrossFold => {
    const isHeldOut = (patient: string): boolean => homeOf.get(patient) === name;
    const what = `the model without ${name}`;
    const sets = setsOf(rows, isHeldOut, seed, what);
    requireFold(sets, what, learned);
    return { name, suffix: `without_${name}`, sets };
  });
}

/** Of hours of training, the last fold must not be the one that finds a class missing. */
function requireFold(sets: CrossFold['sets'], what: string, { classes, splitsDir }: Learned): void {
  requireLearnable(
    forEachSplit((split) => new SliceTable(sets[split]).patients),
    classes,
    what,
    () => splitsDir,
    'folds',
    namesIn(SPLITS.flatMap((split) => sets[split])),
  );
}

function setsOf(
  rows: readonly SliceRow[],
  isHeldOut: (patient: string) => boolean,
  seed: number,
  what: string,
): Record<Split, SliceRow[]> {
  const rest = rows.filter(({ patient }) => !isHeldOut(patient));
  const { patients } = new SliceTable(rest);
  const counts = new Map<number, number>();
  for (const { label } of patients) counts.set(label, (counts.get(label) ?? 0) + 1);
  const parts = Math.max(2, Math.min(INNER_PARTS, ...counts.values()));
  const hint =
    'Add patients, or use more folds, each of which holds out fewer; every model needs two patients of each label besides those held out';
  const part = assign(rest, parts, seed, `${what} has no inner validation part`, hint);
  return {
    train: rest.filter(({ patient }) => part.get(patient) !== 0),
    val: rest.filter(({ patient }) => part.get(patient) === 0),
    test: rows.filter(({ patient }) => isHeldOut(patient)),
  };
}

function assign(
  rows: readonly SliceRow[],
  k: number,
  seed: number,
  what: string,
  hint: string,
): Map<string, number> {
  const { patients } = new SliceTable(rows);
  const labels = Int32Array.from(patients, ({ label }) => label);
  const names = patients.map(({ patient }) => patient);
  const folds = stratifiedGroupKFold(labels, names, k, seed);
  if (folds.value === null) {
    throw new DataError('E_FOLDS', `${what}: ${withLabelNames(folds.reason, namesIn(rows)).text}`, { hint });
  }
  const { foldOf } = folds.value;
  return new Map(names.map((name, i) => [name, foldOf[i] ?? 0]));
}

/**
 * SHA-256 (hex) of what decides the models: settings, initial weights, who is in which set of which fold, and the pixels, where
 * `preprocess` recorded them.
 */
export function identityOf(config: Config, modality: string, folds: readonly CrossFold[]): string {
  const { model, augmentation, data, experiment } = config;
  // Neither where it is computed nor what fits there makes other folds' networks, nor what counts for several processes alone.
  const { device: _, auto_batch_size: __, sync_batch_norm: ___, ...training } = config.training;
  // Where the file is gone, training says so.
  const weights =
    model.weights !== null && existsSync(model.weights) ? hashFile(model.weights) : model.weights;
  const settings = {
    model: { ...model, weights },
    training,
    augmentation,
    size: data.image_size,
    resize: data.resize,
    seed: experiment.seed,
  };
  const slices = splitSummaryIn(data.splits_dir)?.slices?.[modality];
  return hashValue([settings, modality, patientsHash(folds), slices?.train ?? null]);
}

/** SHA-256 (hex) of who is in which set of which fold. */
export function patientsHash(folds: readonly CrossFold[]): string {
  const lines = (rows: readonly SliceRow[]): string[] =>
    new SliceTable(rows).patients
      .map(({ patient, label, slices }) => [bareHash(patient), label, slices.length].join(' '))
      .sort();
  return hashValue(folds.map(({ name, sets }) => [name, SPLITS.map((split) => lines(sets[split]))]));
}
