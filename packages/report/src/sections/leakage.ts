import type { ReportContext } from '../context.ts';
import type { Html } from '../html/html.ts';
import { table } from '../parts/table.ts';
import { optional } from './optional.ts';

/** What the leakage audit looked for and found. */
export function leakageSection(context: ReportContext): Promise<Html> {
  const { words, data } = context;
  const { column } = words;
  return optional(context, data.leakage, (checks) =>
    table(context, {
      name: 'leakage',
      title: words.leakage.title,
      caption: words.leakage.caption,
      head: [column.check, column.outcome, column.detail],
      rows: checks.map(({ name, outcome, detail }) => [
        words.leakage.check(name),
        words.leakage.outcome[outcome],
        words.remark(detail),
      ]),
    }),
  );
}
