import type { Split } from '@radweave/artifacts';
import { type ForestRow, forestChart } from '../charts/forest.ts';
import type { ReportContext } from '../context.ts';
import { estimateText } from '../format.ts';
import { figure } from '../html/figure.ts';
import { type Html, html } from '../html/html.ts';
import { hospitalsOf, leadingAuc, modelGroups, POOLED, rowOf } from '../models.ts';

/** AUC of each model in each hospital, as a forest plot. */
export async function hospitalsSection(context: ReportContext): Promise<Html> {
  const { words } = context;
  const drawn: Html[] = [];
  for (const group of modelGroups(context.data.evaluation)) {
    const rows = rowsOf(context, group.models);
    drawn.push(
      await figure(context, {
        name: `hospitals-${group.name}`,
        title: words.hospitals.title + (group.name === 'networks' ? words.roc.networks : ''),
        caption: words.hospitals.caption(context.data.evaluation.label_names.length > 2),
        alt: words.hospitals.alt(rows.map(({ name, text }) => words.pair(name, text))),
        picture: forestChart(rows, words.hospitals.axis),
      }),
    );
  }
  return html`${drawn}`;
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
        split === 'val' ? `${evaluation.home_hospital}, ${words.splits.val}` : placeName(context, hospital);
      const name = `${place} (${words.nOf(row.n, row.n_positive)}), ${words.modelName(model)}`;
      const auc = leadingAuc(row);
      const { value, lower, upper } = auc;
      return [{ name, model: words.modelName(model), value, lower, upper, text: estimateText(auc) }];
    }),
  );
}

function placeName({ words }: ReportContext, hospital: string): string {
  return hospital === POOLED ? `${words.splits.test}, ${words.allHospitals}` : hospital;
}
