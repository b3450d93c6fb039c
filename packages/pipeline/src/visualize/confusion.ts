import type { PredictionRow } from '@radweave/artifacts';
import { confusionMatrix } from '@radweave/stats';
import type { TopLevelSpec } from 'vega-lite';
import type { FigureSet } from './figure.ts';
import { type FusionResults, JUDGED_SPLITS, SPLIT_TITLES } from './judged.ts';

/** Confusion matrices of the fused model on validation and test, at the frozen threshold. */
export function confusionFigures({ labels, predictions, threshold }: FusionResults): FigureSet {
  const set: FigureSet = { figures: [], skipped: [] };
  for (const split of JUDGED_SPLITS) {
    const name = `confusion_${split}`;
    const rows = predictions[split];
    if (rows.length === 0) {
      set.skipped.push({ name, reason: `there are no ${SPLIT_TITLES[split]} patients` });
      continue;
    }
    const how =
      threshold === null
        ? 'the most probable label'
        : `positive from the frozen threshold ${threshold.toFixed(3)}`;
    const title = `Fused model, ${SPLIT_TITLES[split]} (${rows.length} patients)`;
    set.figures.push({ name, spec: confusionSpec(title, `Predicted: ${how}`, rows, labels) });
  }
  return set;
}

function confusionSpec(
  title: string,
  subtitle: string,
  rows: readonly PredictionRow[],
  labels: readonly string[],
): TopLevelSpec {
  const table = confusionMatrix(
    rows.map(({ label }) => label),
    rows.map(({ predicted }) => predicted),
    labels.length,
  );
  const cells = labels.flatMap((truth, i) => {
    const counts = labels.map((_, j) => table.data[i * labels.length + j] ?? 0);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return labels.map((predicted, j) => {
      const count = counts[j] ?? 0;
      const share = total === 0 ? 0 : count / total;
      return { truth, predicted, count, share, text: total === 0 ? '–' : `${(100 * share).toFixed(0)} %` };
    });
  });
  const dark = { condition: { test: 'datum.share > 0.55', value: 'white' }, value: 'black' } as const;
  const side = Math.max(110, 90 * labels.length);
  return {
    title: { text: title, subtitle },
    width: Math.max(240, side),
    height: Math.max(240, side),
    data: { values: cells },
    encoding: {
      x: {
        field: 'predicted',
        type: 'nominal',
        title: 'Predicted',
        sort: [...labels],
        axis: { labelAngle: 0, orient: 'top', domain: false, ticks: false },
      },
      y: {
        field: 'truth',
        type: 'nominal',
        title: 'True',
        sort: [...labels],
        axis: { domain: false, ticks: false },
      },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: 'white', strokeWidth: 2 },
        encoding: {
          color: {
            field: 'share',
            type: 'quantitative',
            scale: { domain: [0, 1], range: ['#eef3f8', '#0b3c6f'] },
            legend: { title: 'Share of true', format: '.0%' },
          },
        },
      },
      {
        mark: { type: 'text', fontSize: 22, fontWeight: 'bold', dy: -8 },
        encoding: { text: { field: 'count', type: 'quantitative' }, color: dark },
      },
      { mark: { type: 'text', fontSize: 13, dy: 14 }, encoding: { text: { field: 'text' }, color: dark } },
    ],
  };
}
