import { withoutCopies } from '@radweave/artifacts';
import type { ReportContext } from '../context.ts';
import { estimateCell, pText } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import { isEmpty, POOLED } from '../models.ts';
import { type Cell, table } from '../parts/table.ts';

/** What the study is about comes first. Tests on the patients that everything was fitted on would mean nothing. */
const ORDER = ['test', 'val'] as const;

/** Models against each other on the same patients. */
export function comparisonsSection(context: ReportContext): Html {
  const { words, data } = context;
  const { column } = words;
  const { comparisons, label_names } = data.evaluation;
  const isMany = label_names.length > 2;
  const all = ORDER.filter((split) => !isEmpty(context, split)).flatMap((split) =>
    comparisons.filter((row) => row.split === split),
  );
  const rows = withoutCopies(all, ({ split, first, second, positive_label }) => [
    ...[split, first, second, positive_label],
  ]);
  if (rows.length === 0) return html`<p class="missing">${words.comparisons.none}</p>`;
  const p = (value: number | null): Cell => ({ text: pText(value), number: true });
  return table(context, {
    name: 'comparisons',
    title: words.comparisons.title,
    caption: words.sentences([
      words.comparisons.caption,
      words.intervals(data.evaluation.options.confidence_level),
    ]),
    head: [
      column.comparison,
      column.split,
      column.hospital,
      ...(isMany ? [column.label] : []),
      column.n,
      column.difference,
      column.delong,
      column.holm,
      column.mcnemar,
      column.nri,
      column.idi,
    ],
    rows: rows.map((row) => [
      {
        text: words.comparisons.versus(words.modelName(row.first), words.modelName(row.second)),
        note: row.note,
      },
      words.splits[row.split],
      row.hospital === POOLED ? words.allHospitals : row.hospital,
      ...(isMany ? [label_names[Number(row.positive_label)] ?? row.positive_label] : []),
      row.n,
      estimateCell(row.auc_difference, 3),
      p(row.delong_p),
      p(row.delong_p_holm),
      p(row.mcnemar_p),
      estimateCell(row.nri, 3),
      estimateCell(row.idi, 3),
    ]),
  });
}
