import type { Remark } from '@radweave/remarks';
import { tableFile } from '../csv.ts';
import {
  type Column,
  type Columns,
  count,
  numberOrEmpty,
  oneOf,
  patientId,
  remarkTextOrEmpty,
  required,
  text,
} from '../csv-columns.ts';
import { inSampleColumn } from '../fusion/metrics.ts';
import { labelledWriter, writeLabelledTable } from '../labelled-table.ts';
import { SPLITS, type Split } from '../split.ts';
import {
  type AggregationRow,
  type ComparisonRow,
  type EstimateRecord,
  type EvaluatedModel,
  type EvaluationCurves,
  type EvaluationRow,
  type HeterogeneityRow,
  METRICS,
} from './evaluation-file.ts';

const split = oneOf<Split>(...SPLITS);
const place = { model: required, split, hospital: required, positive_label: required };
const yesNo: Column<boolean> = {
  expected: 'yes or no',
  parse: (cell) => (cell === 'yes' ? true : cell === 'no' ? false : undefined),
  format: (value) => (value ? 'yes' : 'no'),
};

type Line = Record<string, unknown>;

/** A number and its interval as three columns, and the reason where there is no number. */
function estimateColumns(names: readonly string[]): Columns<Line> {
  const all = names.flatMap((name) => [name, `${name}_lower`, `${name}_upper`]);
  return Object.fromEntries(all.map((name) => [name, numberOrEmpty])) as Columns<Line>;
}

function estimateCells(entries: readonly (readonly [string, EstimateRecord])[]): Line {
  const cells: Line = {};
  for (const [name, { value, lower, upper }] of entries) {
    cells[name] = value;
    cells[`${name}_lower`] = lower ?? null;
    cells[`${name}_upper`] = upper ?? null;
  }
  return cells;
}

/** A row's note and every caution of its numbers, each with the names of the numbers it belongs to. */
function notesText(note: Remark | null, entries: readonly (readonly [string, EstimateRecord])[]): string {
  const byNote = new Map<string, string[]>();
  for (const [name, { note: own }] of entries) {
    if (own !== undefined) byNote.set(own.text, [...(byNote.get(own.text) ?? []), name]);
  }
  const cautions = [...byNote].map(([text, names]) => `${names.join(', ')}: ${text}`);
  return [...(note === null ? [] : [note.text]), ...cautions].join('; ');
}

/** The row's fields, and the numbers of these names with their intervals and cautions. */
function estimatedLine<Name extends string>(
  row: Record<Name, EstimateRecord> & { note: Remark | null },
  names: readonly Name[],
): Line {
  const estimates = names.map((name) => [name, row[name]] as const);
  return { ...row, ...estimateCells(estimates), note: notesText(row.note, estimates) };
}

/** Writes `metrics.csv`: a line for each model, split, hospital and positive label. */
export const writeEvaluationMetrics = labelledWriter(
  {
    ...place,
    n: count,
    n_positive: numberOrEmpty,
    ...estimateColumns(METRICS),
    threshold: numberOrEmpty,
    in_sample: inSampleColumn,
    note: text,
  } as Columns<Line>,
  (row: EvaluationRow) => estimatedLine(row, METRICS),
);

/** Writes `comparisons.csv`. */
export const writeComparisons = labelledWriter(
  {
    first: required,
    second: required,
    split,
    hospital: required,
    positive_label: required,
    n: count,
    ...estimateColumns(['auc_difference']),
    delong_p: numberOrEmpty,
    delong_p_holm: numberOrEmpty,
    mcnemar_p: numberOrEmpty,
    ...estimateColumns(['nri', 'idi']),
    note: text,
  } as Columns<Line>,
  (row: ComparisonRow) => estimatedLine(row, ['auc_difference', 'nri', 'idi']),
);

/** Writes `aggregation.csv`. */
export const { write: writeAggregation } = tableFile<AggregationRow>({
  model: required,
  aggregation: required,
  chosen: yesNo,
  val_auc: numberOrEmpty,
  test_auc: numberOrEmpty,
  note: remarkTextOrEmpty,
});

/** Writes `heterogeneity.csv`: how alike a model's AUCs are in the external hospitals. */
export const writeHeterogeneity = labelledWriter(
  {
    model: required,
    positive_label: required,
    hospitals: text,
    ...estimateColumns(['within_auc']),
    q: numberOrEmpty,
    degrees_of_freedom: numberOrEmpty,
    p: numberOrEmpty,
    i2: numberOrEmpty,
    note: text,
  } as Columns<Line>,
  (row: HeterogeneityRow): Line => ({
    ...estimatedLine(row, ['within_auc']),
    hospitals: row.hospitals.join(' '),
  }),
);

/** Writes the points of all ROC, calibration and decision curves, one table each. */
export function writeCurves(
  paths: { roc: string; calibration: string; decision: string },
  curves: readonly EvaluationCurves[],
  labelNames: readonly string[],
): void {
  const each = (points: (curve: EvaluationCurves) => readonly Line[]): Line[] =>
    curves.flatMap((curve) => {
      const { model, split: set, hospital, positive_label } = curve;
      return points(curve).map((point) => ({ model, split: set, hospital, positive_label, ...point }));
    });
  const write = (path: string, names: Columns<Line>, lines: Line[]): void =>
    writeLabelledTable(path, { ...place, ...names } as Columns<Line>, lines, labelNames);
  const number = numberOrEmpty;
  write(
    paths.roc,
    { fpr: number, tpr: number, lower: number, upper: number } as Columns<Line>,
    each(({ roc }) =>
      (roc?.fpr ?? []).map((fpr, i) => ({
        fpr,
        tpr: roc?.tpr[i] ?? null,
        lower: roc?.lower?.[i] ?? null,
        upper: roc?.upper?.[i] ?? null,
      })),
    ),
  );
  write(
    paths.calibration,
    { predicted: number, observed: number, lower: number, upper: number, n: count } as Columns<Line>,
    each(({ calibration }) => calibration.map((bin) => ({ ...bin }))),
  );
  write(
    paths.decision,
    { threshold: number, model_net_benefit: number, treat_all_net_benefit: number } as Columns<Line>,
    each(({ net_benefit }) =>
      net_benefit.map(({ threshold, model, treat_all }) => ({
        threshold,
        model_net_benefit: model,
        treat_all_net_benefit: treat_all,
      })),
    ),
  );
}

/** Writes `predictions_{split}.csv`: a line for each model and patient, a column for each class. */
export function writeEvaluatedPatients(
  path: string,
  models: readonly EvaluatedModel[],
  set: Split,
  labelNames: readonly string[],
): void {
  const labels = labelNames.map((_, label) => label);
  const perClass = (prefix: string): Columns<Line> =>
    Object.fromEntries(labels.map((label) => [`${prefix}_${label}`, numberOrEmpty])) as Columns<Line>;
  const columns = {
    model: required,
    patient: patientId,
    hospital: text,
    label: count,
    ...perClass('probability'),
    ...perClass('calibrated'),
    predicted: count,
  } as Columns<Line>;
  const lines = models.flatMap(({ name, patients }) =>
    patients[set].map(({ probabilities, calibrated, ...patient }): Line => {
      const cells: Line = { model: name, ...patient };
      for (const label of labels) {
        cells[`probability_${label}`] = probabilities[label] ?? null;
        cells[`calibrated_${label}`] = calibrated?.[label] ?? null;
      }
      return cells;
    }),
  );
  writeLabelledTable(path, columns, lines, labelNames);
}
