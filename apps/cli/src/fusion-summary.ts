import type { StageResult } from '@radweave/pipeline';
import { table } from './table.ts';

/** The metrics of a fusion as people read them: every AUC with its n and interval. */
export function fusionSummary(result: StageResult<'fuse'>): string {
  const number = (value: number | null): string => (value === null ? 'n/a' : value.toFixed(3));
  const rows = result.metrics.map((row) => [
    row.model,
    row.split,
    row.hospital,
    row.n,
    row.auc === null ? 'n/a' : `${number(row.auc)} (${number(row.auc_lower)}–${number(row.auc_upper)})`,
    number(row.accuracy),
    number(row.sensitivity),
    number(row.specificity),
    row.in_sample,
  ]);
  const header = [
    'model',
    'split',
    'hospital',
    'n',
    'AUC (95 % CI)',
    'accuracy',
    'sens.',
    'spec.',
    'in-sample',
  ];
  const threshold =
    result.threshold === null
      ? []
      : [`Threshold of the fused model, frozen on validation patients: ${result.threshold}`];
  const converged = result.converged ? [] : ['The logistic regression did not converge: raise --max_iter.'];
  return [
    table(header, rows),
    ...threshold,
    ...converged,
    `${result.metricsFile}`,
    result.modelFile,
    '',
  ].join('\n');
}
