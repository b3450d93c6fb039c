import type { EstimateRecord, EvaluationRow, Split } from '@radweave/artifacts';
import type { ReportContext } from '../context.ts';
import { estimateText, intervalText, NOT_AVAILABLE } from '../format.ts';
import { frozenText } from '../frozen.ts';
import { type Html, html } from '../html/html.ts';
import { hospitalsOf, leadingAuc, POOLED, rowOf } from '../models.ts';

/** The primary model's numbers, each with n and its interval. */
export function summarySection(context: ReportContext): Html {
  const { data, words } = context;
  const { evaluation } = data;
  const primary = evaluation.models.find(({ name }) => name === evaluation.primary);
  const threshold = primary?.frozen.threshold ?? null;
  const rule = threshold === null ? null : words.remark(frozenText(threshold));
  const cards = placesOf(context).flatMap(([split, hospital]) => {
    const row = rowOf(evaluation, evaluation.primary, split, hospital);
    return row === undefined ? [] : [card(context, row)];
  });
  const { notes } = evaluation;
  return html`<p>${words.summary.lead(words.modelName(evaluation.primary), rule)}</p>
<div class="cards">${cards}</div>
${notes.length === 0 ? null : html`<h3>${words.summary.caution}</h3><ul>${notes.map((note) => html`<li>${words.remark(note)}</li>`)}</ul>`}`;
}

/** External first: that is what the study is about. */
function placesOf({ data }: ReportContext): [Split, string][] {
  const hospitals = hospitalsOf(data.evaluation, 'test');
  const each = hospitals.length > 1 ? hospitals.map((hospital): [Split, string] => ['test', hospital]) : [];
  return [['test', POOLED], ...each, ['val', POOLED]];
}

function card(context: ReportContext, row: EvaluationRow): Html {
  const { data, words } = context;
  const place =
    row.hospital === POOLED ? words.splits[row.split] : words.pair(words.splits[row.split], row.hospital);
  const level = words.interval(data.evaluation.options.confidence_level);
  const { column } = words;
  const line = (name: string, estimate: EstimateRecord): Html =>
    html`<li>${words.pair(name, estimateText(estimate))}${reasonOf(context, estimate)}</li>`;
  const auc = leadingAuc(row);
  return html`<div class="card"><h3>${place}</h3>
<p class="big">${words.chart.auc} ${auc.value === null ? NOT_AVAILABLE : auc.value.toFixed(2)}</p>
<p>${cardInterval(context, auc, level)}</p>
<ul>${line(column.sensitivity, row.sensitivity)}${line(column.specificity, row.specificity)}</ul>
<p class="n">${words.nOf(row.n, row.n_positive)}</p></div>`;
}

function cardInterval(
  { words }: ReportContext,
  { value, lower, upper, note = '' }: EstimateRecord,
  level: string,
): string {
  if (value === null) return words.remark(note);
  return lower === undefined || upper === undefined ? '' : `${level} ${intervalText(lower, upper)}`;
}

function reasonOf({ words }: ReportContext, { value, note }: EstimateRecord): string {
  return value === null && note !== undefined ? ` (${words.remark(note)})` : '';
}
