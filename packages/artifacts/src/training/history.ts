import { readTable, writeTable } from '../csv.ts';
import { type Columns, count, numberOrEmpty, text } from '../csv-columns.ts';
import { DataError } from '../errors.ts';
import { existsSync } from '../files/files.ts';

const SETS = ['train', 'val'] as const;
const LEVELS = ['', 'patient_'] as const;
const METRICS = ['loss', 'auc', 'accuracy', 'sensitivity', 'specificity'] as const;

/** `train_loss`, `val_patient_auc`, …: per slice, and per patient with the prefix `patient_`. */
export type HistoryMetric = `${(typeof SETS)[number]}_${(typeof LEVELS)[number]}${(typeof METRICS)[number]}`;

/**
 * A row of `training_history.csv`. A metric that is undefined (an AUC with one class only) is null, an empty cell, and
 * `note` says why. There is no wall-clock column: a resumed run's history equals that of an uninterrupted one.
 */
export type HistoryRow = {
  /** Counted from 1. */
  readonly epoch: number;
  readonly learning_rate: number | null;
  readonly note: string;
} & Readonly<Record<HistoryMetric, number | null>>;

/** The metric columns in file order. */
export const HISTORY_METRICS: readonly HistoryMetric[] = SETS.flatMap((set) =>
  LEVELS.flatMap((level) => METRICS.map((metric): HistoryMetric => `${set}_${level}${metric}`)),
);

const metricColumns = Object.fromEntries(HISTORY_METRICS.map((name) => [name, numberOrEmpty])) as Columns<
  Record<HistoryMetric, number | null>
>;

const columns: Columns<HistoryRow> = {
  epoch: count,
  learning_rate: numberOrEmpty,
  ...metricColumns,
  note: text,
};

/** Writes `training_history.csv` whole, which is cheap (one line an epoch) and atomic. */
export function writeHistory(path: string, rows: readonly HistoryRow[]): void {
  writeTable(path, columns, rows);
}

/**
 * Reads `training_history.csv`.
 *
 * @throws DataError as `readTable`, and `E_HISTORY_EPOCHS` when the epochs are not 1, 2, 3, ….
 */
export function readHistory(path: string): HistoryRow[] {
  return inOrder(path, readTable(path, columns));
}

function inOrder(path: string, rows: HistoryRow[]): HistoryRow[] {
  const wrong = rows.findIndex((row, i) => row.epoch !== i + 1);
  if (wrong !== -1) {
    throw new DataError(
      'E_HISTORY_EPOCHS',
      `epoch ${rows[wrong]?.epoch} is where epoch ${wrong + 1} belongs`,
      {
        where: `${path}, row ${wrong + 1}`,
        hint: 'Restore the file, or start a new run',
      },
    );
  }
  return rows;
}

/**
 * Adds an epoch after those before it; the first one makes the file. Later ones go: they are of a training that was taken over.
 *
 * @throws DataError `E_HISTORY_EPOCHS` when epochs before it are missing: another process has cut the run back and trains it.
 */
export function appendHistory(path: string, row: HistoryRow): void {
  const rows = existsSync(path) ? readHistory(path) : [];
  if (rows.length < row.epoch - 1) {
    throw new DataError(
      'E_HISTORY_EPOCHS',
      `epoch ${row.epoch} cannot follow epoch ${rows.length}: another process has resumed this run`,
      { where: path, hint: 'Let the other process finish, or end it and resume the run' },
    );
  }
  writeHistory(path, [...rows.slice(0, row.epoch - 1), row]);
}

/**
 * Cuts the history back to what the checkpoint knows, before a run is resumed: whatever stands after it is made again.
 *
 * @param epochs Number of finished epochs in the checkpoint.
 * @throws DataError `E_HISTORY_EPOCHS` when the epochs of the checkpoint are not 1, 2, 3, ….
 */
export function truncateHistory(path: string, epochs: number): void {
  if (!existsSync(path)) return;
  const rows = readTable(path, columns);
  const kept = inOrder(path, rows.slice(0, epochs));
  if (rows.length > epochs) writeHistory(path, kept);
}
