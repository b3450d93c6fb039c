import type { LayeredSpec } from './figure.ts';

export interface ConfusionWords {
  predicted: string;
  truth: string;
  shareOfTrue: string;
}

/**
 * A confusion matrix: counts with their share of the true label.
 *
 * @param counts `counts[true][predicted]`.
 */
export function confusionChart(
  labels: readonly string[],
  counts: readonly (readonly number[])[],
  words: ConfusionWords,
): LayeredSpec {
  const cells = labels.flatMap((truth, i) => {
    const row = labels.map((_, j) => counts[i]?.[j] ?? 0);
    const total = row.reduce((sum, count) => sum + count, 0);
    return labels.map((predicted, j) => {
      const count = row[j] ?? 0;
      const share = total === 0 ? 0 : count / total;
      return { truth, predicted, count, share, text: total === 0 ? '–' : `${(100 * share).toFixed(0)} %` };
    });
  });
  const dark = { condition: { test: 'datum.share > 0.55', value: 'white' }, value: 'black' } as const;
  const side = Math.max(110, 90 * labels.length);
  return {
    width: Math.max(240, side),
    height: Math.max(240, side),
    data: { values: cells },
    encoding: {
      x: {
        field: 'predicted',
        type: 'nominal',
        title: words.predicted,
        sort: [...labels],
        axis: { labelAngle: 0, orient: 'top', domain: false, ticks: false },
      },
      y: {
        field: 'truth',
        type: 'nominal',
        title: words.truth,
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
            legend: { title: words.shareOfTrue, format: '.0%' },
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
