import { leadingAuc, type Split } from '@radweave/artifacts';
import { type ForestRow, forestChart } from '../charts/forest.ts';
import type { ReportContext } from '../context.ts';
import { estimateCell, estimateText, fixed, NOT_AVAILABLE, pText } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import {
  emptySplits,
  hospitalsOf,
  isEmpty,
  modelGroups,
  namesNote,
  optimismNote,
  POOLED,
  rowOf,
} from '../models.ts';
import { figure } from '../parts/figure.ts';
import { type Cell, table } from '../parts/table.ts';

/** AUC of each model in each hospital, as a forest plot. */
export async function hospitalsSection(context: ReportContext): Promise<Html> {
  const { words } = context;
  const drawn: Html[] = [];
  const isMacro = context.data.evaluation.label_names.length > 2;
  const groups = modelGroups(context.data.evaluation);
  const optimism = optimismNote(
    context,
    'val',
    groups.flatMap(({ models }) => models),
  );
  for (const group of groups) {
    const rows = rowsOf(context, group.models);
    drawn.push(
      await figure(context, {
        name: `hospitals-${group.name}`,
        title: words.items([
          words.hospitals.title(!isEmpty(context, 'test'), isMacro),
          ...(group.name === 'networks' ? group.models.map(words.modelName) : []),
        ]),
        how: words.sentences([
          words.hospitals.how(isMacro, context.data.evaluation.options.confidence_level),
          optimism,
        ]),
        alt: words.hospitals.alt(rows.map(({ name, text }) => words.pair(name, text))),
        picture: forestChart(rows, isMacro ? words.macro(words.chart.auc) : words.chart.auc),
      }),
    );
  }
  return html`${drawn}${emptySplits(context)}${heterogeneity(context)}`;
}

/** Whether a model's AUC is the same in all external hospitals. */
function heterogeneity(context: ReportContext): Html | null {
  const { words, data } = context;
  const { evaluation } = data;
  if (evaluation.heterogeneity.length === 0) return null;
  const isMany = evaluation.label_names.length > 2;
  const number = (text: string | null): Cell => ({ text: text ?? NOT_AVAILABLE, number: true });
  return table(context, {
    name: 'heterogeneity',
    title: words.hospitals.heterogeneity,
    caption: words.sentences([
      words.hospitals.heterogeneityCaption,
      words.intervals(data.evaluation.options.confidence_level),
      namesNote(context) ?? '',
    ]),
    head: [
      words.column.model,
      ...(isMany ? [words.column.label] : []),
      words.column.hospital,
      words.hospitals.pooled,
      words.hospitals.within,
      'Q',
      words.column.p,
      'I²',
    ],
    rows: evaluation.heterogeneity.map((row) => {
      const { model, positive_label, hospitals, within_auc, q, p, i2, note } = row;
      const pooled = rowOf(evaluation, model, 'test', POOLED, positive_label)?.auc ?? { value: null };
      return [
        { text: words.modelName(model), note },
        ...(isMany ? [evaluation.label_names[Number(positive_label)] ?? positive_label] : []),
        words.list(hospitals),
        estimateCell(pooled),
        estimateCell(within_auc),
        number(q === null ? null : fixed(q)),
        number(pText(p)),
        number(i2 === null ? null : `${(100 * i2).toFixed(0)} %`),
      ];
    }),
  });
}

function rowsOf(context: ReportContext, models: readonly string[]): ForestRow[] {
  const { words, data } = context;
  const { evaluation } = data;
  const external = hospitalsOf(evaluation, 'test');
  const places: [Split, string][] = [
    ['val', POOLED],
    ...external.map((hospital): [Split, string] => ['test', hospital]),
    ...(external.length > 1 ? [['test', POOLED] satisfies [Split, string]] : []),
  ];
  return places.flatMap(([split, hospital]) =>
    models.flatMap((model): ForestRow[] => {
      const row = rowOf(evaluation, model, split, hospital);
      if (row === undefined) return [];
      const place =
        split === 'val'
          ? words.items([evaluation.home_hospital, words.splits.val])
          : placeName(context, hospital);
      const name = words.items([
        place + words.added(words.nOf(row.n, row.n_positive)),
        words.modelName(model),
      ]);
      const auc = leadingAuc(row);
      const { value, lower, upper } = auc;
      return [{ name, model: words.modelName(model), value, lower, upper, text: estimateText(auc) }];
    }),
  );
}

function placeName({ words }: ReportContext, hospital: string): string {
  return hospital === POOLED ? words.items([words.splits.test, words.allHospitals]) : hospital;
}
