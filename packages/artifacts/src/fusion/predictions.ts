import { readHeader, readTable } from '../csv.ts';
import { type Columns, count, numberOrEmpty, patientId, type RowOf, required, text } from '../csv-columns.ts';
import { hasColumn } from '../find-columns.ts';
import { NumbersHash } from '../fingerprint.ts';
import { firstLine, refuseOther } from '../other-file.ts';
import { inSampleColumn } from './metrics.ts';
import {
  type ModelProbabilities,
  probability,
  probabilityNames,
  writeProbabilities,
} from './probability-columns.ts';

const who = { patient: patientId, hospital: text, label: count };
/** The classifier of what the patient has, where some lack modalities. */
const usedModel = { model: required };
const verdict = {
  /** Label that the fused model predicts: at the frozen threshold, or the most probable of more than two. */
  predicted: count,
  in_sample: inSampleColumn,
  note: text,
};

/** A patient of `predictions_{split}.csv`. */
export interface FusionPrediction extends RowOf<typeof who>, RowOf<typeof verdict> {
  /** Of the models whose modalities the patient has. */
  readonly probabilities: ModelProbabilities;
  readonly model?: string;
}

/** A patient of `predictions.csv`: someone new, whose label is not known. */
export type NewPrediction = Omit<FusionPrediction, 'hospital' | 'label' | 'in_sample'>;

/** A row as it is in the file, probability columns by name. */
export type PredictionRow = Omit<FusionPrediction, 'probabilities' | 'model'> &
  Record<string, number | string | null>;

/** Writes `predictions_{split}.csv`: patient, hospital, label, the probability of each model, the fused prediction. */
export function writePredictions(
  path: string,
  rows: readonly FusionPrediction[],
  models: readonly string[],
  labelNames: readonly string[],
): void {
  writeProbabilities(path, { who, verdict: withModel(rows, verdict) }, rows, models, labelNames);
}

function withModel<V>(rows: readonly { readonly model?: string }[], verdict: Columns<V>): Columns<V> {
  return rows.some(({ model }) => model !== undefined) ? { ...usedModel, ...verdict } : verdict;
}

/** Keeps a model, a table of features, the predictions of a study. @throws UsageError `E_OTHER_FILE`. */
export function refuseOtherFile(path: string, flag: string): void {
  refuseOther(path, flag, 'a table of new predictions', () => {
    const header = firstLine(path);
    // Those of `fuse` and `evaluate` say of each patient what is known.
    const isKnown = hasColumn(header, ['label']) || hasColumn(header, ['hospital']);
    return probabilityNames(header).length > 0 && hasColumn(header, ['predicted']) && !isKnown;
  });
}

/** Reads `predictions_{split}.csv`. @throws DataError as `readTable`. */
export function readPredictions(path: string): PredictionRow[] {
  const header = readHeader(path);
  const isLacking = hasColumn(header, ['model']);
  const column = isLacking ? numberOrEmpty : probability;
  const middle = Object.fromEntries(probabilityNames(header).map((name) => [name, column]));
  const used = isLacking ? usedModel : {};
  return readTable(path, { ...who, ...middle, ...used, ...verdict } as Columns<PredictionRow>);
}

/** SHA-256 (hex) of a table as {@link NumbersHash} has it. */
export function hashPredictions(rows: readonly PredictionRow[]): string {
  const hash = new NumbersHash();
  for (const row of rows) hash.add(row);
  return hash.digest();
}

/** Writes `predictions.csv` of new patients: patient, the probability of each model, the fused prediction, a note. */
export function writeNewPredictions(
  path: string,
  rows: readonly NewPrediction[],
  models: readonly string[],
  labelNames: readonly string[],
): void {
  const frame = { who: { patient: patientId }, verdict: withModel(rows, { predicted: count, note: text }) };
  writeProbabilities(path, frame, rows, models, labelNames);
}
