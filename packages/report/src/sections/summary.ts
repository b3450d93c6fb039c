import { type EstimateRecord, type EvaluationRow, leadingAuc, type Split } from '@radweave/artifacts';
import { distinct, type Remark, remark } from '@radweave/remarks';
import type { ReportContext } from '../context.ts';
import type { ReportData } from '../data.ts';
import {
  estimateCell,
  estimateInText,
  intervalText,
  limitsOf,
  NOT_AVAILABLE,
  outsideText,
} from '../format.ts';
import { frozenRemark, isChosen } from '../frozen.ts';
import { type Html, html } from '../html/html.ts';
import { randomStages } from '../methods/facts.ts';
import {
  hospitalsOf,
  leadingModels,
  namesNote,
  optimismNote,
  POOLED,
  probabilitiesOf,
  rowOf,
} from '../models.ts';
import { table } from '../parts/table.ts';
import { fittedOnText } from './fitted-on.ts';

/** The primary model's numbers, each with n and its interval. */
export function summarySection(context: ReportContext): Html {
  const { data, words } = context;
  const { evaluation } = data;
  const primary = evaluation.models.find(({ name }) => name === evaluation.primary);
  const threshold = primary?.frozen.threshold ?? null;
  const rule =
    threshold === null
      ? null
      : {
          text: words.remark(frozenRemark(threshold, probabilitiesOf(evaluation, evaluation.primary))),
          chosen: isChosen(threshold),
          takenOver: evaluation.options.decisions === 'taken over' ? fittedOnText(words, threshold) : null,
        };
  const cards = placesOf(context).flatMap(([split, hospital]) => {
    const [row, ...beside] = leadingModels(evaluation).map((model) =>
      rowOf(evaluation, model, split, hospital),
    );
    return row === undefined
      ? []
      : [
          card(
            context,
            row,
            beside.filter((one) => one !== undefined),
          ),
        ];
  });
  const notes = [...frozenAtRandom(data), ...evaluation.notes];
  return html`${synthetic(context)}${found(context)}<p>${words.summary.lead(leadingModels(evaluation).map(words.modelName), rule)}</p>
<div class="cards">${cards}</div>
${byKind(context)}
${notes.length === 0 ? null : html`<h3>${words.summary.caution}</h3><ul>${notes.map((note) => html`<li>${words.remark(note)}</li>`)}</ul>`}`;
}

/** A caution for each network some of which nothing trained. */
function frozenAtRandom({ runs }: ReportData): Remark[] {
  const cautions = runs.flatMap(({ modality, settings }) => {
    const stages = settings === null ? 0 : randomStages(settings);
    return stages === 0 ? [] : [remark('frozen-at-random', { network: `network ${modality}`, stages })];
  });
  // One for several runs of a modality.
  return distinct(cautions);
}

/** Where patients lack modalities: the primary model beside everybody, and beside those of each kind who lack some. */
function byKind(context: ReportContext): Html | null {
  const { words, data } = context;
  const { models, primary, label_names } = data.evaluation;
  const kinds = models.filter(({ kind }) => kind === 'available').map(({ name }) => name);
  if (kinds.length === 0) return null;
  const rows = (['test', 'val'] as const).flatMap((split) =>
    [primary, ...kinds].flatMap((model) => rowOf(data.evaluation, model, split) ?? []),
  );
  return table(context, {
    name: 'kinds-results',
    title: words.summary.byKind,
    caption: words.sentences([
      words.summary.byKindCaption(words.modelName(primary)),
      words.intervals(data.evaluation.options.confidence_level),
      optimismNote(context, 'val', [primary, ...kinds]),
    ]),
    head: [
      words.column.model,
      words.column.split,
      words.column.n,
      words.column.positives,
      label_names.length > 2 ? words.column.bootstrap : words.column.auc,
    ],
    rows: rows.map((row) => [
      { text: words.modelName(row.model), note: row.note },
      words.splits[row.split],
      row.n,
      row.n_positive ?? '',
      estimateCell(leadingAuc(row)),
    ]),
  });
}

/** Nobody may take a demonstration for a study. */
function synthetic({ data, words }: ReportContext): Html | null {
  const made = data.division?.synthetic ?? [];
  if (made.length === 0) return null;
  const isAll = data.cohort.every(({ hospital }) => made.includes(hospital));
  return html`<p><strong>${words.summary.synthetic(isAll ? null : made)}</strong></p>`;
}

/** Whether anything was learned comes before any number. */
function found(context: ReportContext): Html {
  const { data, words } = context;
  const { format, findings } = data.evaluation;
  if (format === 1) return html`<p class="missing">${words.summary.olderEvaluation}</p>`;
  const note = namesNote(context);
  return html`<h3>${words.summary.found}</h3><ul class="found">${findings.map((text) => html`<li>${words.remark(text)}</li>`)}</ul>${note === null ? null : html`<p class="remark">${note}</p>`}`;
}

/** External first: that is what the study is about. */
function placesOf({ data }: ReportContext): [Split, string][] {
  const hospitals = hospitalsOf(data.evaluation, 'test');
  const each = hospitals.length > 1 ? hospitals.map((hospital): [Split, string] => ['test', hospital]) : [];
  return [...(hospitals.length > 0 ? [['test', POOLED] as [Split, string]] : []), ...each, ['val', POOLED]];
}

/** @param beside the same place, of the models beside the primary one: their AUC alone is shown. */
function card(context: ReportContext, row: EvaluationRow, beside: readonly EvaluationRow[]): Html {
  const { data, words } = context;
  const place =
    row.hospital === POOLED ? words.splits[row.split] : words.pair(words.splits[row.split], row.hospital);
  const level = words.interval(data.evaluation.options.confidence_level);
  const { column } = words;
  const line = (name: string, estimate: EstimateRecord): Html =>
    html`<li>${words.pair(name, estimateInText(words, estimate))}${reasonOf(context, estimate)}</li>`;
  const auc = leadingAuc(row);
  const named = (name: string): string => (row.positive_label === 'macro' ? words.macro(name) : name);
  return html`<div class="card"><h3>${place}</h3>
<p class="big">${named(words.chart.auc)} ${auc.value === null ? NOT_AVAILABLE : auc.value.toFixed(2)}</p>
<p>${cardInterval(context, auc, level)}</p>
<ul>${line(named(column.sensitivity), row.sensitivity)}${line(named(column.specificity), row.specificity)}${beside.map((one) => line(words.items([words.modelName(one.model), named(words.chart.auc)]), leadingAuc(one)))}</ul>
<p class="n">${words.nOf(row.n, row.n_positive)}</p></div>`;
}

function cardInterval({ words }: ReportContext, estimate: EstimateRecord, level: string): string {
  const note = estimate.note === undefined ? '' : words.remark(estimate.note);
  if (estimate.value === null) return note;
  const limits = limitsOf(estimate);
  return limits === null ? note : `${level} ${intervalText(...limits)}${outsideText(words, estimate)}`;
}

function reasonOf({ words }: ReportContext, { value, note }: EstimateRecord): string {
  return value === null && note !== undefined ? ` (${words.remark(note)})` : '';
}
