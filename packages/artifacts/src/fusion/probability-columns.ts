import { type Column, type Columns, numberOrEmpty } from '../csv-columns.ts';
import { writeLabelledTable } from '../labelled-table.ts';

/** A patient's class probabilities by model: `{ fused: [p0, p1, …], A: […] }`. */
export type ModelProbabilities = Readonly<Record<string, readonly number[]>>;

const PREFIX = 'probability_';

/** What stands before and behind the probabilities of a table. */
interface Frame<Who, Verdict> {
  readonly who: Columns<Who>;
  readonly verdict: Columns<Verdict>;
}

/**
 * Writes patients with the probabilities of models between what is said of them: `probability_{model}` is that of the positive
 * label with two classes; with more there is one `probability_{model}_{label}` for each label.
 *
 * @param models In the order of the columns; those that a row lacks are left empty.
 * @param labelNames what each label is called.
 */
export function writeProbabilities<Who extends object, Verdict extends object>(
  path: string,
  { who, verdict }: Frame<Who, Verdict>,
  rows: readonly (Who & Verdict & { readonly probabilities: ModelProbabilities })[],
  models: readonly string[],
  labelNames: readonly string[],
): void {
  const classes = labelNames.length;
  const labels = shownLabels(classes);
  const names = models.flatMap((model) => labels.map((label) => columnName(model, label, classes)));
  const middle = Object.fromEntries(names.map((name) => [name, numberOrEmpty]));
  const lines = rows.map(({ probabilities, ...row }) => {
    const cells = models.flatMap((model) =>
      labels.map((label) => {
        const values = probabilities[model];
        return [columnName(model, label, classes), values === undefined ? null : values[label]] as const;
      }),
    );
    return { ...row, ...Object.fromEntries(cells) };
  });
  const columns = { ...who, ...middle, ...verdict } as Columns<Record<string, unknown>>;
  writeLabelledTable<Record<string, unknown>>(path, columns, lines, labelNames);
}

export function probabilityNames(header: readonly string[]): string[] {
  return header.filter((name) => name.startsWith(PREFIX));
}

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
