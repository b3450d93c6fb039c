// The chart: how many times as fast as the plain peer everyone is, row by row.

import { COLOURS, cycle } from '../packages/report/dist/charts/style.js';

/** A Vega-Lite specification. Rows in which the plain peer took no part are left out. */
export function speedChart(rows) {
  const shown = rows.filter(({ name, ratios }) => name !== 'memory' && ratios.plain !== undefined);
  const values = shown.flatMap(({ title, results, ratios }) =>
    results
      .filter(({ median }) => median !== undefined)
      .map(({ id, label }) => ({ job: title, side: label, speed: speedOf(ratios, id) })),
  );
  const labels = [...new Set(values.map(({ side }) => side))];
  const y = {
    field: 'job',
    type: 'nominal',
    title: null,
    sort: shown.map(({ title }) => title),
    axis: { labelLimit: 0 },
  };
  const offset = { field: 'side', sort: labels };
  const x = {
    field: 'speed',
    type: 'quantitative',
    title: 'Speed (plain PyTorch = 1)',
    scale: { zero: true },
  };
  const text = { field: 'speed', type: 'quantitative', format: '.2f' };
  return {
    title: { text: 'Speed relative to plain PyTorch', subtitle: 'Medians; longer is faster' },
    data: { values },
    width: 480,
    height: { step: 15 },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          x,
          y,
          yOffset: offset,
          color: {
            field: 'side',
            type: 'nominal',
            title: null,
            sort: labels,
            legend: { labelLimit: 0, offset: 40 },
            scale: { domain: labels, range: cycle(COLOURS, labels.length) },
          },
        },
      },
      { mark: { type: 'text', align: 'left', dx: 3 }, encoding: { x, y, yOffset: offset, text } },
    ],
  };
}

/** Relative to plain, from ratios that are ours to each peer. */
function speedOf(ratios, id) {
  return id === 'ours' ? ratios.plain : ratios.plain / ratios[id];
}
