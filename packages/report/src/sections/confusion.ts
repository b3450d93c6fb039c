import { confusionChart } from '../charts/confusion.ts';
import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { EVALUATED, isEmpty, POOLED } from '../models.ts';
import { figure, grid } from '../parts/figure.ts';

/** The primary model's confusion matrices, pooled and in each hospital. */
export async function confusionSection(context: ReportContext): Promise<Html> {
  const { words, data } = context;
  const { confusion, primary, label_names } = data.evaluation;
  const drawn: Html[] = [];
  const shown = confusion.filter(
    ({ model, split, hospital, counts }) =>
      model === primary &&
      counts.flat().some((count) => count > 0) &&
      (split === 'test' || (split === 'val' && hospital === POOLED)),
  );
  for (const { model, split, hospital, counts } of shown) {
    const place = hospital === POOLED ? words.allHospitals : hospital;
    const cells = label_names.flatMap((truth, i) =>
      label_names.map((guess, j) => words.confusion.row(truth, guess, counts[i]?.[j] ?? 0)),
    );
    drawn.push(
      await figure(context, {
        name: `confusion-${split}-${hospital}`,
        title: words.confusion.title(words.modelName(model), words.splits[split], place),
        caption: words.confusion.caption,
        alt: words.confusion.alt(cells),
        picture: confusionChart(label_names, counts, words.chart),
      }),
    );
  }
  const empty = EVALUATED.filter((split) => isEmpty(context, split));
  return html`${grid(drawn)}${empty.map((split) => html`<p class="missing">${words.nobodyIn(split)}</p>`)}`;
}
