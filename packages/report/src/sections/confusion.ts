import { withoutCopies } from '@radweave/artifacts';
import { confusionChart } from '../charts/confusion.ts';
import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { emptySplits, POOLED } from '../models.ts';
import { figure, grid } from '../parts/figure.ts';

/** The primary model's confusion matrices, pooled and in each hospital. */
export async function confusionSection(context: ReportContext): Promise<Html> {
  const { words, data } = context;
  const { confusion, primary, label_names } = data.evaluation;
  const drawn: Html[] = [];
  const own = confusion.flatMap((one) => {
    const n = one.counts.flat().reduce((sum, count) => sum + count, 0);
    return one.model === primary && n > 0 ? [{ ...one, n }] : [];
  });
  const inPlaces = withoutCopies(own, ({ split }) => [split]);
  // Of validation all hospitals together.
  const shown = [
    ...inPlaces.filter(({ split }) => split === 'val').slice(0, 1),
    ...inPlaces.filter(({ split }) => split === 'test'),
  ];
  for (const { model, split, hospital, counts } of shown) {
    const place = hospital === POOLED ? words.allHospitals : hospital;
    const cells = label_names.flatMap((truth, i) =>
      label_names.map((guess, j) => words.confusion.row(truth, guess, counts[i]?.[j] ?? 0)),
    );
    drawn.push(
      await figure(context, {
        name: `confusion-${split}-${hospital}`,
        title: words.confusion.title(words.modelName(model), words.splits[split], place),
        how: words.confusion.how,
        alt: words.confusion.alt(cells),
        picture: confusionChart(label_names, counts, words.chart),
      }),
    );
  }
  return html`${grid(drawn)}${emptySplits(context)}`;
}
