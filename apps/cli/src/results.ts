import type { Evaluation, EvaluationRow } from '@radweave/artifacts';
import { table } from './table.ts';

/** What is read of an evaluation. */
export type Judged = Pick<Evaluation, 'home_hospital' | 'options' | 'rows'>;

/**
 * How a command that trained networks ends: each model's AUC with n and interval in internal validation and in the external
 * test, all patients together, and in words whether they show anything.
 */
export function resultsText({ home_hospital, options, rows }: Judged): string {
  // With two classes there is label 1 only; with more, all classes together stand for the rest.
  const label = rows.some(({ positive_label }) => positive_label === 'macro') ? 'macro' : '1';
  const pooled = rows.filter(
    ({ hospital, positive_label }) => hospital === 'all' && positive_label === label,
  );
  const level = `${Number((100 * options.confidence_level).toFixed(1))} % CI`;
  const of = (split: EvaluationRow['split'], model: string): EvaluationRow | undefined =>
    pooled.find((row) => row.split === split && row.model === model);
  const models = [...new Set(pooled.filter(({ split }) => split !== 'train').map(({ model }) => model))];
  const lines = models.map((model) => {
    const [validation, test] = [of('val', model), of('test', model)];
    return [model, validation?.n ?? 0, areaText(validation), test?.n ?? 0, areaText(test)];
  });
  const name = label === 'macro' ? 'macro AUC' : 'AUC';
  return [
    `${name} per patient (${level}): internal validation in ${home_hospital}, external test elsewhere`,
    table(['model', 'n', 'validation', 'n', 'external test'], lines),
    verdict(pooled, level),
  ].join('\n');
}

function areaText(row: EvaluationRow | undefined): string {
  if (row === undefined) return 'n/a';
  const { value, lower, upper } = areaOf(row);
  if (value === null) return 'n/a';
  const limits =
    lower === undefined || upper === undefined ? '' : ` (${lower.toFixed(3)}–${upper.toFixed(3)})`;
  return value.toFixed(3) + limits;
}

/** DeLong's interval where there is one: over several classes there is the bootstrap's only. */
function areaOf({ auc, auc_bootstrap }: EvaluationRow): EvaluationRow['auc'] {
  return auc.value === null || auc.lower === undefined ? auc_bootstrap : auc;
}

/** Never more than the intervals say. */
function verdict(pooled: readonly EvaluationRow[], level: string): string {
  const external = pooled.filter(({ split, n }) => split === 'test' && n > 0);
  if (external.length === 0) {
    return 'There are no external patients: nothing is known of patients of other hospitals.';
  }
  const limits = external.map((row) => ({ model: row.model, ...areaOf(row) }));
  if (limits.every(({ lower }) => lower === undefined)) {
    return 'The external patients are too few to tell an AUC from chance.';
  }
  const named = (chosen: typeof limits): string => chosen.map(({ model }) => model).join(', ');
  const better = limits.filter(({ lower }) => lower !== undefined && lower > 0.5);
  const worse = limits.filter(({ upper }) => upper !== undefined && upper < 0.5);
  return [
    better.length === 0
      ? `Nothing was learned that holds outside the home hospital: no ${level} lies above 0.5.`
      : `Better than chance outside the home hospital (${level} above 0.5): ${named(better)}.`,
    ...(worse.length === 0 ? [] : [`Worse than chance there (${level} below 0.5): ${named(worse)}.`]),
  ].join('\n');
}
