import type { SiteAuditRow } from '@radweave/artifacts';
import type { ReportContext } from '../context.ts';
import { estimateCell, NOT_AVAILABLE, pText } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import { type Cell, table } from '../parts/table.ts';
import { optional } from './optional.ts';

/** How well features predict the hospital, before and after harmonisation. */
export function siteSection(context: ReportContext): Promise<Html> {
  const { words, data } = context;
  const { column } = words;
  return optional(context, data.siteAudit, ({ rows, level, notes }) => {
    const cautions = notes.map((note) => html`<li>${words.remark(note)}</li>`);
    const audit = table(context, {
      name: 'site-effects',
      title: words.site.title,
      caption: words.site.caption(level),
      head: [
        column.features,
        words.chart.patients,
        column.harmonised,
        column.n,
        words.chart.auc,
        column.p,
        column.accuracy,
        column.chance,
        column.p,
      ],
      rows: rows.map((row) => cells(context, row)),
    });
    return html`${audit}${cautions.length === 0 ? null : html`<ul>${cautions}</ul>`}`;
  });
}

function cells({ words }: ReportContext, row: SiteAuditRow): (string | Cell)[] {
  const p = (value: number | null): Cell => ({ text: pText(value), number: true });
  const harmonised = { text: words.yes, note: row.transductive === 'yes' ? words.site.transductive : null };
  const { accuracy: value, accuracy_lower: lower, accuracy_upper: upper } = row;
  return [
    { text: words.modelName(row.model), note: row.note },
    words.site.scope[row.scope],
    row.features === 'harmonised' ? harmonised : words.no,
    { text: row.n === null ? NOT_AVAILABLE : String(row.n), number: true },
    estimateCell({ value: row.auc }),
    p(row.auc_p),
    estimateCell({ value, lower: lower ?? undefined, upper: upper ?? undefined }),
    { text: row.chance?.toFixed(2) ?? NOT_AVAILABLE, number: true },
    p(row.accuracy_p),
  ];
}
