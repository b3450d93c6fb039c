import type { StageResult } from '@radweave/pipeline';
import { percent } from '@radweave/remarks';
import { number, withLimits } from '../numbers.ts';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'cross_validate'> = { text: crossValidationSummary };

/** A cross-validation as people read it. What is to be known of several rows is said once, below them. */
export function crossValidationSummary(result: StageResult<'cross_validate'>): string {
  const notes = [...new Set(result.rows.map(({ note }) => note))].filter((note) => note !== '');
  const mark = (note: string): string => (note === '' ? '' : `[${notes.indexOf(note) + 1}]`);
  const rows = result.rows.map((row) => {
    const area = withLimits(row.auc, row.auc_lower, row.auc_upper);
    return [row.fold, row.n ?? '', area, number(row.accuracy), mark(row.note)];
  });
  const header = ['fold', 'n', `AUC (${percent(result.level, 4)} CI)`, 'accuracy', ''];
  const below = notes.map((note) => `${mark(note)} ${note}`);
  return [table(header, rows), ...below, result.table, result.outOfFold, ''].join('\n');
}
