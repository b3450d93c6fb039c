import { type EvaluationCurves, type Split, thresholdText } from '@radweave/artifacts';
import { type RocLine, rocChart } from '../charts/roc.ts';
import type { ReportContext } from '../context.ts';
import { estimateText } from '../format.ts';
import { type Html, html } from '../html/html.ts';
import {
  EVALUATED,
  modelGroups,
  nothingOf,
  optimismNote,
  POOLED,
  probabilitiesOf,
  rowOf,
} from '../models.ts';
import { figure, grid } from '../parts/figure.ts';

/** ROC curves of all patients of validation and of the external test, with bands. */
export async function rocSection(context: ReportContext): Promise<Html> {
  const drawn: Html[] = [];
  const missing: Html[] = [];
  for (const split of EVALUATED) {
    const groups = await splitFigures(context, split);
    drawn.push(...groups);
    if (groups.length === 0) missing.push(nothingOf(context, split));
  }
  return html`${grid(drawn)}${missing}`;
}

async function splitFigures(context: ReportContext, split: Split): Promise<Html[]> {
  const { words, data } = context;
  const { options, label_names, primary, roc_bands } = data.evaluation;
  const drawn: Html[] = [];
  const groups = modelGroups(data.evaluation).map((group) => ({
    ...group,
    models: label_names.length === 2 ? group.models : group.models.filter((name) => name === primary),
  }));
  const everyModel = groups.flatMap(({ models }) => models);
  for (const group of groups) {
    const { models } = group;
    const lines = models.flatMap((model) => linesOf(context, split, model));
    if (lines.length === 0) continue;
    const point = group.models.includes(primary) ? operatingPoint(context, split) : null;
    const hasBands = lines.some(({ band }) => band !== null);
    const bands = hasBands
      ? words.roc.how(options.confidence_level, options.bootstrap_replicates, roc_bands !== undefined)
      : '';
    const circle = point === null ? '' : words.roc.circle(words.modelName(primary), point.threshold);
    drawn.push(
      await figure(context, {
        name: `roc-${split}-${group.name}`,
        title: words.items([
          words.roc.title(words.splits[split]),
          // Curves of single labels do not say whose they are.
          ...(label_names.length === 2 && group.name === 'features' ? [] : models.map(words.modelName)),
        ]),
        caption: words.sentences([
          circle,
          drawn.length === 0 ? optimismNote(context, split, everyModel) : '',
        ]),
        how: bands,
        alt: words.roc.alt(
          words.splits[split],
          lines.map(({ name }) => name),
        ),
        picture: rocChart(lines, point, words.chart),
      }),
    );
  }
  return drawn;
}

/** Two classes: a curve. More: one for each class against the rest. */
function linesOf(context: ReportContext, split: Split, model: string): RocLine[] {
  const { evaluation } = context.data;
  return evaluation.curves
    .filter((curves) => curves.model === model && curves.split === split && curves.hospital === POOLED)
    .flatMap((curves) => {
      if (curves.roc === null) return [];
      const { fpr, tpr, lower, upper } = curves.roc;
      const band = lower === null || upper === null ? null : { lower, upper };
      return [{ name: nameOf(context, curves), fpr, tpr, band }];
    });
}

function nameOf({ data, words }: ReportContext, curves: EvaluationCurves): string {
  const { rows, label_names } = data.evaluation;
  const row = rows.find(
    (one) =>
      one.model === curves.model &&
      one.split === curves.split &&
      one.hospital === curves.hospital &&
      one.positive_label === curves.positive_label,
  );
  const label = label_names[Number(curves.positive_label)] ?? curves.positive_label;
  const who = label_names.length === 2 ? words.modelName(curves.model) : words.roc.rest(label);
  const area = row === undefined ? '' : `${words.chart.auc} ${estimateText(row.auc)}`;
  return words.pair(who, area);
}

function operatingPoint(
  { data }: ReportContext,
  split: Split,
): { x: number; y: number; threshold: string } | null {
  const row = rowOf(data.evaluation, data.evaluation.primary, split);
  if (row === undefined || row.threshold === null) return null;
  const { sensitivity, specificity, threshold } = row;
  if (sensitivity.value === null || specificity.value === null) return null;
  return {
    x: 1 - specificity.value,
    y: sensitivity.value,
    threshold: thresholdText(threshold, probabilitiesOf(data.evaluation, data.evaluation.primary)),
  };
}
