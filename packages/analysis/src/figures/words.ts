import { type ChartWords, WORDS } from '@radweave/report/words';

/** Figures of `visualize` are in English. */
export const CHART_WORDS: ChartWords = WORDS.en.chart;
