import {
  type EvaluationRow,
  type InSample,
  type Split,
  thresholdText,
  withoutCopies,
} from '@radweave/artifacts';
import type { ReportContext } from '../context.ts';
import { estimateCell, NOT_AVAILABLE } from '../format.ts';
import { frozenRemark, isChosen } from '../frozen.ts';
import { type Html, html } from '../html/html.ts';
import { isEmpty, namesNote, nothingOf, optimismNote, POOLED, probabilitiesOf } from '../models.ts';
import { type Cell, table } from '../parts/table.ts';
import { fittedOnText } from './fitted-on.ts';

/** What the probabilities tell, and what the labels do that are predicted by them: beside each other they would not fit on a screen. */
const METRICS = {
  discrimination: [
    ['auc', 'auc'],
    ['bootstrap', 'auc_bootstrap'],
    ['averagePrecision', 'average_precision'],
    ['prevalence', null],
    ['brier', 'brier'],
    ['slope', 'calibration_slope'],
    ['intercept', 'calibration_intercept'],
    ['ece', 'ece'],
  ],
  classification: [
    ['accuracy', 'accuracy'],
    ['balancedAccuracy', 'balanced_accuracy'],
    ['sensitivity', 'sensitivity'],
    ['specificity', 'specificity'],
    ['ppv', 'ppv'],
    ['npv', 'npv'],
    ['f1', 'f1'],
  ],
} as const;

/** Every number of every model, by split and hospital; how slices became patients; what was frozen. */
export function resultsSection(context: ReportContext): Html {
  const splits = (['test', 'val', 'train'] as const).map((split) => performance(context, split));
  return html`${splits}${aggregation(context)}${frozen(context)}`;
}

function performance(context: ReportContext, split: Split): Html | null {
  const own = context.data.evaluation.rows.filter((row) => row.split === split);
  const rows = withoutCopies(own, ({ model, positive_label }) => [model, positive_label]);
  if (rows.length === 0) return null;
  if (isEmpty(context, split)) return nothingOf(context, split);
  const kinds = (['discrimination', 'classification'] as const).map((kind) =>
    metrics(context, kind, split, rows),
  );
  return html`${kinds}`;
}

function metrics(
  context: ReportContext,
  kind: keyof typeof METRICS,
  split: Split,
  rows: readonly EvaluationRow[],
): Html {
  const { words, data } = context;
  const { column, results } = words;
  const manyLabels = data.evaluation.label_names.length > 2;
  const intervals = words.intervals(data.evaluation.options.confidence_level);
  const hasThreshold = kind === 'classification' && !manyLabels;
  return table(context, {
    name: `${kind}-${split}`,
    title: results.title[kind](words.splits[split]),
    caption:
      kind === 'classification'
        ? words.sentences([results.predicted(hasThreshold), intervals])
        : words.sentences([
            results.noSkill,
            intervals,
            optimismNote(
              context,
              split,
              rows.map(({ model }) => model),
            ),
            namesNote(context) ?? '',
          ]),
    head: [
      column.model,
      column.hospital,
      ...(manyLabels ? [column.label] : []),
      column.n,
      column.positives,
      ...(hasThreshold ? [column.threshold] : []),
      ...METRICS[kind].map(([name]) => column[name]),
      column.inSample,
    ],
    rows: rows.map((row) => [
      { text: words.modelName(row.model), note: row.note },
      row.hospital === POOLED ? words.allHospitals : row.hospital,
      ...(manyLabels ? [labelOf(context, row)] : []),
      row.n,
      row.n_positive ?? '',
      ...(hasThreshold ? [{ text: thresholdOf(context, row), number: true }] : []),
      ...METRICS[kind].map(([, field]) =>
        field === null ? prevalence(context, row) : estimateCell(row[field]),
      ),
      inSampleText(context, row.in_sample),
    ]),
  });
}

function thresholdOf({ data }: ReportContext, { model, threshold }: EvaluationRow): string {
  if (threshold === null) return NOT_AVAILABLE;
  return thresholdText(threshold, probabilitiesOf(data.evaluation, model));
}

/** What average precision is without any skill: the share of positives, on average over the labels. */
function prevalence({ data }: ReportContext, { n, n_positive, positive_label }: EvaluationRow): Cell {
  const labels = data.evaluation.label_names.length;
  const share =
    positive_label === 'macro' ? 1 / labels : n === 0 || n_positive === null ? null : n_positive / n;
  return { text: share === null ? NOT_AVAILABLE : share.toFixed(2), number: true };
}

function labelOf({ data }: ReportContext, { positive_label }: EvaluationRow): string {
  return data.evaluation.label_names[Number(positive_label)] ?? positive_label;
}

function inSampleText({ words }: ReportContext, value: InSample): string {
  return value === 'yes' ? words.yes : value === 'no' ? words.no : words.unknown;
}

function aggregation(context: ReportContext): Html | null {
  const { words, data } = context;
  const rows = data.evaluation.aggregation;
  if (rows.length === 0) return null;
  const isTested = !isEmpty(context, 'test');
  const isMacro = data.evaluation.label_names.length > 2;
  const { column } = words;
  const number = (value: number | null): Cell => ({
    text: value === null ? NOT_AVAILABLE : value.toFixed(3),
    number: true,
  });
  return table(context, {
    name: 'aggregation',
    title: words.results.aggregation,
    caption: words.sentences([
      words.results.aggregationCaption,
      optimismNote(
        context,
        'val',
        rows.map(({ model }) => model),
      ),
    ]),
    head: [
      column.model,
      column.aggregation,
      column.chosen,
      column.valAuc(isMacro),
      ...(isTested ? [column.testAuc(isMacro)] : []),
    ],
    rows: rows.map(({ model, aggregation: how, chosen, val_auc, test_auc, note }) => [
      { text: words.modelName(model), note },
      words.aggregation(how),
      chosen ? words.yes : '',
      number(val_auc),
      ...(isTested ? [number(test_auc)] : []),
    ]),
  });
}

function frozen(context: ReportContext): Html | null {
  const { words, data } = context;
  const { column, results } = words;
  const rows = data.evaluation.models.flatMap(({ name, frozen: decisions }) =>
    (['aggregation', 'threshold', 'calibrator'] as const).flatMap((kind) => {
      const record = decisions[kind];
      return record === null
        ? []
        : [
            [
              words.modelName(name),
              results.what[kind],
              words.remark(frozenRemark(record, probabilitiesOf(data.evaluation, name))),
              isChosen(record) ? fittedOnText(words, record) : results.setBeforehand,
              record.hash,
            ],
          ];
    }),
  );
  if (rows.length === 0) return null;
  const fusion = 'value' in data.fusion ? data.fusion.value : null;
  const classifiers = [
    ...(fusion?.classifiers ?? []),
    ...(fusion?.stacked ? [fusion.stacked.classifier] : []),
  ];
  const thresholds = classifiers.flatMap(({ threshold }) => threshold ?? []);
  const chosen = thresholds.filter(isChosen).length;
  const besides = [
    ['scaler', classifiers.filter(({ scaler }) => scaler !== null).length],
    ['chosen', chosen],
    ['set', thresholds.length - chosen],
  ] satisfies Parameters<typeof results.frozenCaption>[0];
  return table(context, {
    name: 'frozen',
    title: results.frozen,
    caption: results.frozenCaption(besides.filter(([, n]) => n > 0)),
    head: [column.model, column.name, column.value, results.fittedOn, column.hash],
    rows,
  });
}
