import type { Split } from '@radweave/artifacts';
import { calibrationChart } from '../charts/calibration.ts';
import type { ReportContext } from '../context.ts';
import { estimateInText } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import { EVALUATED, emptySplits, POOLED, rowOf } from '../models.ts';
import { figure, grid } from '../parts/figure.ts';

/** Calibration of the primary model on all patients of validation and of the external test. */
export async function calibrationSection(context: ReportContext): Promise<Html> {
  const { words, data } = context;
  const { curves, primary, label_names } = data.evaluation;
  const drawn: Html[] = [];
  for (const split of EVALUATED) {
    const found = curves.filter(
      (one) =>
        one.model === primary && one.split === split && one.hospital === POOLED && one.calibration.length > 0,
    );
    for (const { calibration, positive_label } of found) {
      const label =
        label_names.length === 2 ? '' : words.added(label_names[Number(positive_label)] ?? positive_label);
      drawn.push(
        await figure(context, {
          name: `calibration-${split}-${positive_label}`,
          title: words.items([
            words.calibration.title(words.splits[split]),
            words.modelName(primary) + label,
          ]),
          caption: numbersOf(context, split, positive_label),
          how: words.calibration.how(context.data.evaluation.options.confidence_level),
          alt: words.calibration.alt(calibration.length),
          picture: calibrationChart(calibration, words.chart),
        }),
      );
    }
  }
  return drawn.length === 0
    ? html`<p class="missing">${words.calibration.none}</p>`
    : html`${grid(drawn)}${emptySplits(context)}`;
}

function numbersOf({ data, words }: ReportContext, split: Split, label: string): string {
  const row = rowOf(data.evaluation, data.evaluation.primary, split, POOLED, label);
  if (row === undefined) return '';
  const { column } = words;
  const numbers = words.parts([
    words.pair(column.slope, estimateInText(words, row.calibration_slope)),
    words.pair(column.intercept, estimateInText(words, row.calibration_intercept)),
    words.pair(column.brier, estimateInText(words, row.brier)),
    words.pair(column.ece, estimateInText(words, row.ece)),
  ]);
  return numbers + words.stop.trim();
}
