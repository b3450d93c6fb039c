import { readHeader, readTable } from '../csv.ts';
import { type Columns, count, patientId, type RowOf, text } from '../csv-columns.ts';
import { inSampleColumn } from './metrics.ts';
import {
  type ModelProbabilities,
  probability,
  probabilityNames,
  writeProbabilities,
} from './probability-columns.ts';

const who = { patient: patientId, hospital: text, label: count };
const verdict = {
  /** Label that the fused model predicts: at the frozen threshold, or the most probable of more than two. */
  predicted: count,
  in_sample: inSampleColumn,
  note: text,
};

/** A patient of `predictions_{split}.csv`. */
export interface FusionPrediction extends RowOf<typeof who>, RowOf<typeof verdict> {
  readonly probabilities: ModelProbabilities;
}

/** A patient of `predictions.csv`: someone new, whose label is not known. */
export type NewPrediction = Omit<FusionPrediction, 'hospital' | 'label' | 'in_sample'>;

/** A row as it is in the file, probability columns by name. */
export type PredictionRow = Omit<FusionPrediction, 'probabilities'> & Record<string, number | string>;

/** Writes `predictions_{split}.csv`: patient, hospital, label, the probability of each model, the fused prediction. */
export function writePredictions(
  path: string,
  rows: readonly FusionPrediction[],
  models: readonly string[],
  labelNames: readonly string[],
): void {
  writeProbabilities(path, { who, verdict }, rows, models, labelNames);
}

/** Reads `predictions_{split}.csv`. @throws DataError as `readTable`. */
export function readPredictions(path: string): PredictionRow[] {
  const middle = Object.fromEntries(probabilityNames(readHeader(path)).map((name) => [name, probability]));
  return readTable(path, { ...who, ...middle, ...verdict } as Columns<PredictionRow>);
}

/** Writes `predictions.csv` of new patients: patient, the probability of each model, the fused prediction, a note. */
export function writeNewPredictions(
  path: string,
  rows: readonly NewPrediction[],
  models: readonly string[],
  labelNames: readonly string[],
): void {
  const frame = { who: { patient: patientId }, verdict: { predicted: count, note: text } };
  writeProbabilities(path, frame, rows, models, labelNames);
}
