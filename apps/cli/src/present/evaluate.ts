import { leadingAuc, shownLabel, withoutCopies } from '@radweave/artifacts';
import type { StageResult } from '@radweave/pipeline';
import { EN, percent, shownModel, testKind } from '@radweave/remarks';
import { NOT_AVAILABLE, number, withLimits } from '../numbers.ts';
import { table } from '../table.ts';
import { paragraph } from '../terminal-width.ts';
import type { Presenter } from './presenter.ts';
import { foundText, hasExternal, kindsText, namesText, validationText } from './results.ts';

type Row = StageResult<'evaluate'>['rows'][number];

type ShownEvaluation = Omit<StageResult<'evaluate'>, 'heterogeneity' | 'models' | 'outputDir' | 'primary'>;

export const presenter: Presenter<'evaluate'> = { text: evaluationSummary };

/** Evaluation as people read it: validation and external test, every AUC with its n and interval. */
export function evaluationSummary(result: ShownEvaluation): string {
  // With two classes there is label 1 only; with more, all classes together stand for the rest.
  const label = result.rows.some(({ positive_label }) => positive_label === 'macro') ? 'macro' : '1';
  const splits = hasExternal(result.findings) ? ['val', 'test'] : ['val'];
  const own = result.rows.filter((row) => splits.includes(row.split) && row.positive_label === label);
  const shown = withoutCopies(own, ({ model, split }) => [model, split]);
  const header = [
    'model',
    'split',
    'hospital',
    'n',
    `AUC (${percent(result.level, 4)} CI)`,
    'sens. (CI)',
    'spec. (CI)',
  ];
  const rows = shown.map((row) => [
    shownModel(row.model, result.modalities),
    row.split,
    row.hospital,
    row.n,
    estimate(leadingAuc(row)),
    estimate(row.sensitivity),
    estimate(row.specificity),
  ]);
  return [
    'Evaluation per patient:',
    table(header, rows),
    ...namesText(
      shown.map(({ model }) => model),
      result.modalities,
    ),
    ...kindsText(shown.map(({ model }) => model)),
    ...validationText(
      result.notes,
      shown.map(({ model }) => model),
    ),
    ...[
      ...shown.flatMap((row) => missing(row, result.modalities)),
      ...result.aggregation
        .filter(({ chosen }) => chosen)
        .map(
          ({ model, aggregation, note }) =>
            `${model}: slice probabilities are pooled per patient by ${aggregation} (${note?.text})`,
        ),
      ...comparisonLines(result),
    ].map((text) => paragraph(text)),
    ...foundText(result.findings),
    result.evaluationFile,
    '',
  ].join('\n');
}

function estimate({ value, lower, upper }: Row['auc']): string {
  return withLimits(value, lower, upper);
}

function missing(row: Row, modalities: readonly string[]): string[] {
  if (row.auc.value !== null) return [];
  return [
    `n/a: ${shownModel(row.model, modalities)}, ${row.split}, ${row.hospital}: ${row.auc.note?.text ?? 'no value'}`,
  ];
}

function comparisonLines({ comparisons, labelNames, findings, modalities }: ShownEvaluation): string[] {
  const main = comparisons.filter(({ split, hospital }) => split === 'test' && hospital === 'all');
  return main
    .filter(({ delong_p }) => delong_p !== null)
    .map(({ first, second, positive_label, auc_difference, delong_p, delong_p_holm }) => {
      const label = ` (label ${shownLabel(labelNames, positive_label)})`;
      return (
        `${EN.test[testKind(findings)].title}${label}, AUC of ${shownModel(second, modalities)} minus ${shownModel(first, modalities)}: ${estimate(auc_difference)}, ` +
        `DeLong p ${probability(delong_p)}, Holm ${probability(delong_p_holm)}`
      );
    });
}

function probability(p: number | null): string {
  if (p === null) return NOT_AVAILABLE;
  return p < 0.001 ? '< 0.001' : number(p);
}
