import type { BrightnessRow } from '@radweave/artifacts';
import type { UnitSpec } from './figure.ts';
import { COLOURS, cycle, DASHES } from './style.ts';

/** Texts of a histogram of gray values. */
export interface BrightnessWords {
  gray: string;
  pixels: string;
}

/** Shares below this are drawn here: the scale is logarithmic. */
const LEAST = 1e-5;

/** Mean histograms of one modality's slices, a line for each hospital, the home hospital first. */
export function brightnessChart(
  rows: readonly BrightnessRow[],
  home: string,
  words: BrightnessWords,
): UnitSpec {
  const all = [...new Set(rows.map(({ hospital }) => hospital))];
  const names = [...all.filter((name) => name === home), ...all.filter((name) => name !== home).sort()];
  const byHospital = <T>(range: readonly T[]) =>
    ({
      field: 'hospital',
      type: 'nominal',
      scale: { domain: names, range: cycle(range, names.length) },
      legend: { orient: 'bottom', title: null, symbolSize: 500 },
    }) as const;
  return {
    width: 400,
    height: 240,
    data: {
      values: rows.map(({ hospital, from, share }) => ({ hospital, from, share: Math.max(share, LEAST) })),
    },
    mark: { type: 'line', strokeWidth: 2, interpolate: 'step-after', clip: true },
    encoding: {
      x: { field: 'from', type: 'quantitative', title: words.gray, scale: { domain: [0, 1] } },
      y: {
        field: 'share',
        type: 'quantitative',
        title: words.pixels,
        scale: { type: 'log', domain: [LEAST, 1] },
        axis: { format: '.0e', values: [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1] },
      },
      color: byHospital(COLOURS),
      strokeDash: byHospital(DASHES),
    },
  };
}
