import { isByChance, type SearchRecord, searchedText, tiedWithBest } from '@radweave/artifacts';
import { type AxisValue, type ParallelLine, parallelChart } from '../charts/parallel.ts';
import type { ReportContext } from '../context.ts';
import { fixed, NOT_AVAILABLE } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import { isOfOthers, lastPart } from '../methods/search.ts';
import { figure } from '../parts/figure.ts';
import { type Cell, table } from '../parts/table.ts';

type Trial = SearchRecord['trials'][number];

/** Which settings were tried before, on whom, and how the trials came out. */
export async function tuningSection(context: ReportContext): Promise<Html> {
  const { data, words } = context;
  if (data.searches.length === 0) return html`<p class="missing">${words.tuning.none}</p>`;
  const parts: Html[] = [];
  for (const search of data.searches) parts.push(await searchPart(context, search));
  return html`${parts}`;
}

async function searchPart(context: ReportContext, search: SearchRecord): Promise<Html> {
  const { words } = context;
  const { modality, keys, trials } = search;
  const best = trials.find(({ trial }) => trial === search.best);
  const score = fixed(best?.score ?? Number.NaN, 3);
  const { tuning } = words;
  const text = [
    tuning.how[search.strategy](search),
    tuning.space(search),
    tuning.whom(search),
    ...(isOfOthers(search, context.data) ? [tuning.ofOthers] : []),
    ...(best === undefined
      ? [tuning.noBest]
      : [tuning.best(best.trial, score, trials.length, tiedWithBest(search)), ...chanceOf(context, best)]),
  ];
  const axes = [
    ...keys.map(({ key, log }) => ({ name: lastPart(key), isLog: log })),
    { name: words.chart.auc, isLog: false },
  ];
  const drawn = await figure(context, {
    name: `search-${modality}`,
    title: tuning.figure(modality),
    caption: tuning.figureCaption,
    alt: tuning.alt(trials.length, best === undefined ? null : score),
    picture: parallelChart(
      axes,
      trials.map((trial) => lineOf(context, search, trial)),
    ),
  });
  const number = (value: number | null, digits: number): Cell => ({
    text: value === null ? NOT_AVAILABLE : fixed(value, digits),
    number: true,
  });
  const rows = trials.map((trial): (string | number | Cell)[] => [
    { text: String(trial.trial), note: trial.score === null ? tuning.failed : null },
    ...keys.map(({ key }) => settingCell(trial.settings[key])),
    tuning.state[trial.state],
    trial.epochs,
    number(trial.score, 3),
    trial.folds.map((one) => (one === null ? NOT_AVAILABLE : fixed(one, 3))).join(' / '),
  ]);
  const listed = table(context, {
    name: `search-${modality}`,
    title: tuning.table(modality),
    caption: tuning.tableCaption,
    head: [
      tuning.trial,
      ...keys.map(({ key }) => lastPart(key)),
      tuning.stateHead,
      tuning.epochs,
      words.chart.auc,
      tuning.ofFolds,
    ],
    rows,
  });
  return html`<p>${words.sentences(text)}</p>${drawn}${listed}`;
}

function chanceOf({ words: { tuning } }: ReportContext, { score, folds }: Trial): string[] {
  if (isByChance(score)) return [tuning.byChance];
  const few = folds.filter(isByChance).length;
  return few === 0 ? [] : [tuning.byChanceIn(few, folds.length)];
}

function lineOf(
  { words }: ReportContext,
  { keys, best }: SearchRecord,
  { trial, settings, state, score }: Trial,
): ParallelLine {
  const values = [...keys.map(({ key }) => axisValue(settings[key])), score];
  const look = trial === best ? 'best' : state === 'trained' ? 'trained' : 'halved';
  const title = words.pair(
    `${words.tuning.trial} ${trial}`,
    score === null ? NOT_AVAILABLE : fixed(score, 3),
  );
  return { values, look, title };
}

function axisValue(value: Trial['settings'][string] | undefined): AxisValue {
  return typeof value === 'number' ? value : searchedText(value);
}

function settingCell(value: Trial['settings'][string] | undefined): Cell {
  return { text: searchedText(value), number: typeof value === 'number' };
}
