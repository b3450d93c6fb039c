import type { Spec } from './figure.ts';
import { COLOURS, cycle, DASHES } from './style.ts';

export interface DecisionWords {
  thresholdProbability: string;
  netBenefit: string;
}

/** Net benefit by threshold of one model or strategy. */
export interface BenefitLine {
  name: string;
  points: readonly { threshold: number; benefit: number }[];
}

/** Far below zero nothing can be read any more: treating all falls without end. */
const LOWEST = -0.1;

/** Net benefit of several models and strategies over the threshold probability. */
export function decisionChart(lines: readonly BenefitLine[], words: DecisionWords): Spec {
  const names = lines.map(({ name }) => name);
  const values = lines.flatMap(({ name, points }) => points.map((point) => ({ name, ...point })));
  const top = Math.max(0.05, ...values.map(({ benefit }) => benefit));
  const byName = <T>(range: readonly T[]) =>
    ({
      field: 'name',
      type: 'nominal',
      title: null,
      scale: { domain: names, range: cycle(range, names.length) },
      legend: { orient: 'bottom', columns: 3, symbolType: 'stroke', symbolSize: 800 },
    }) as const;
  return {
    width: 400,
    height: 300,
    data: { values },
    mark: { type: 'line', strokeWidth: 2, clip: true },
    encoding: {
      x: {
        field: 'threshold',
        type: 'quantitative',
        title: words.thresholdProbability,
        scale: { domain: [0, 1], nice: false },
      },
      y: {
        field: 'benefit',
        type: 'quantitative',
        title: words.netBenefit,
        scale: { domain: [LOWEST, top], nice: false },
      },
      order: { field: 'threshold', type: 'quantitative' },
      color: byName(COLOURS),
      strokeDash: byName(DASHES),
    },
  };
}
