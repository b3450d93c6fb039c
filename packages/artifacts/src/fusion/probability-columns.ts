import { type Column, type Columns, numberOrEmpty } from '../csv-columns.ts';

/** A patient's class probabilities by model: `{ fused: [p0, p1, …], A: […] }`. */
export type ModelProbabilities = Readonly<Record<string, readonly number[]>>;

const PREFIX = 'probability_';

/**
 * The columns of the models' probabilities: `probability_{model}` is that of the positive label with two classes; with
 * more there is one `probability_{model}_{label}` for each label.
 */
export function probabilityColumns(
  models: readonly string[],
  classes: number,
): Columns<Record<string, number>> {
  const names = models.flatMap((model) =>
    shownLabels(classes).map((label) => columnName(model, label, classes)),
  );
  return Object.fromEntries(names.map((name) => [name, probability]));
}

/** The cells of a patient under {@link probabilityColumns}. */
export function probabilityCells(probabilities: ModelProbabilities, classes: number): Record<string, number> {
  const cells: Record<string, number> = {};
  for (const [model, values] of Object.entries(probabilities)) {
    for (const label of shownLabels(classes)) {
      cells[columnName(model, label, classes)] = values[label] ?? Number.NaN;
    }
  }
  return cells;
}

/** The probability columns in a header. */
export function probabilityNames(header: readonly string[]): string[] {
  return header.filter((name) => name.startsWith(PREFIX));
}

/** A number that may not be missing. */
export const probability: Column<number> = {
  expected: 'a number from 0 to 1',
  parse: (cell) => numberOrEmpty.parse(cell) ?? undefined,
  format: (value) => numberOrEmpty.format(value),
};

function shownLabels(classes: number): number[] {
  return classes === 2 ? [1] : Array.from({ length: classes }, (_, label) => label);
}

function columnName(model: string, label: number, classes: number): string {
  return classes === 2 ? `${PREFIX}${model}` : `${PREFIX}${model}_${label}`;
}
