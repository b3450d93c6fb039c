import type { FusionMetricsRow, PredictionRow } from '@radweave/artifacts';
import { counted, digitsApart, fusedModel, isOneNumber, percent, shownModel } from '@radweave/remarks';
import { type RocLine, rocChart } from '@radweave/report/charts';
import { rocCurve } from '@radweave/stats';
import { type FigureSet, titleOf } from './figure.ts';
import {
  EVALUATED_SPLITS,
  type EvaluatedSplit,
  nobodyPredicted,
  type ShownFusion,
  SPLIT_TITLES,
} from './shown-fusion.ts';
import { CHART_WORDS } from './words.ts';

/** Whose curve, of which patients, for which positive label. */
interface WantedCurve {
  title: string;
  /** Column of the score. */
  score: string;
  rows: readonly PredictionRow[];
  positive: number;
  metrics: FusionMetricsRow | undefined;
}

/** ROC curves of every model on validation and test, and of the fused model in each external hospital. */
export function rocFigures(results: ShownFusion): FigureSet {
  const set: FigureSet = { figures: [], skipped: [] };
  const draw = (name: string, title: string, split: EvaluatedSplit, wanted: readonly WantedCurve[]): void => {
    const curves = wanted.flatMap((one) => lineOf(one, results.level));
    if (curves.length === 0) {
      const n = results.predictions[split].length;
      const whose = name === `roc_${split}` ? 'its patients' : 'those of each hospital';
      const reason =
        n === 0
          ? nobodyPredicted(results, split)
          : `${SPLIT_TITLES[split]} (n = ${n}): ${whose} have one label only`;
      set.skipped.push({ name, reason });
    } else {
      const point = operatingPoint(results, split);
      const subtitle = point === null ? '' : point.text;
      set.figures.push({
        name,
        spec: { title: titleOf(title, subtitle), ...rocChart(curves, point, CHART_WORDS) },
      });
    }
  };
  // Of more labels the curves are of one model, and their names are labels.
  const whose = results.labels.length > 2 ? ` of the ${fusedModel(results.modalities)}` : '';
  for (const split of EVALUATED_SPLITS) {
    const n = results.predictions[split].length;
    draw(
      `roc_${split}`,
      `ROC${whose}, ${SPLIT_TITLES[split]} (${counted(n, 'patient')})`,
      split,
      curvesOfModels(results, split),
    );
  }
  const hospitals = [...new Set(results.predictions.test.map(({ hospital }) => hospital))].sort();
  if (hospitals.length < 2 || results.labels.length > 2) {
    const reason =
      hospitals.length === 0
        ? nobodyPredicted(results, 'test')
        : hospitals.length < 2
          ? 'the test patients are of one hospital'
          : 'there are more than two labels';
    set.skipped.push({ name: 'roc_test_hospitals', reason });
  } else {
    const wanted = hospitals.map((hospital) => fusedCurve(results, 'test', hospital));
    draw(
      'roc_test_hospitals',
      `ROC of the ${fusedModel(results.modalities)}, test, by hospital`,
      'test',
      wanted,
    );
  }
  return set;
}

/** Two labels: a curve for each model. More: the fused model, each label against the rest. */
function curvesOfModels(
  { labels, modalities, models, predictions, metrics }: ShownFusion,
  split: EvaluatedSplit,
): WantedCurve[] {
  const rows = predictions[split];
  const found = (model: string, positive: number): FusionMetricsRow | undefined =>
    metrics.find(
      (row) =>
        row.model === model &&
        row.split === split &&
        row.hospital === 'all' &&
        row.positive_label === String(positive),
    );
  if (labels.length === 2) {
    return models.map((model) => ({
      title: shownModel(model, modalities),
      score: `probability_${model}`,
      rows,
      positive: 1,
      metrics: found(model, 1),
    }));
  }
  return labels.map((label, positive) => ({
    title: `${label} against the rest`,
    score: `probability_fused_${positive}`,
    rows,
    positive,
    metrics: found('fused', positive),
  }));
}

function fusedCurve(
  { predictions, metrics }: ShownFusion,
  split: EvaluatedSplit,
  hospital: string,
): WantedCurve {
  return {
    title: hospital,
    score: 'probability_fused',
    rows: predictions[split].filter((row) => row.hospital === hospital),
    positive: 1,
    metrics: metrics.find((row) => row.model === 'fused' && row.split === split && row.hospital === hospital),
  };
}

/** Of the patients whom the model predicts; empty when a label is missing. */
function lineOf({ title, score, rows: all, positive, metrics }: WantedCurve, level: number): RocLine[] {
  const rows = all.filter((row) => row[score] !== null);
  const labels = rows.map(({ label }) => (label === positive ? 1 : 0));
  const { value } = rocCurve(
    labels,
    rows.map((row) => Number(row[score])),
  );
  if (value === null) return [];
  const name = `${title}: ${areaText(metrics, level)}, n = ${rows.length}`;
  const [fpr, tpr] = [Array.from(value.falsePositiveRate), Array.from(value.truePositiveRate)];
  return [{ name, fpr, tpr, band: null }];
}

function areaText(metrics: FusionMetricsRow | undefined, level: number): string {
  if (metrics === undefined || metrics.auc === null) return 'AUC n/a';
  const { auc, auc_lower, auc_upper } = metrics;
  if (auc_lower === null || auc_upper === null) return `AUC ${auc.toFixed(2)}`;
  if (isOneNumber(auc_lower, auc_upper)) return `AUC ${auc.toFixed(2)} (no interval)`;
  const digits = digitsApart(auc_lower, auc_upper, 2);
  return `AUC ${auc.toFixed(digits)} (${percent(level, 4)} ${auc_lower.toFixed(digits)}–${auc_upper.toFixed(digits)})`;
}

/** Where the frozen threshold puts the fused model; none with more than two labels. */
function operatingPoint(
  { metrics, modalities, threshold }: ShownFusion,
  split: EvaluatedSplit,
): { x: number; y: number; text: string } | null {
  const row = metrics.find((one) => one.model === 'fused' && one.split === split && one.hospital === 'all');
  if (row === undefined || threshold === null) return null;
  const { sensitivity, specificity } = row;
  if (sensitivity === null || specificity === null) return null;
  return {
    x: 1 - specificity,
    y: sensitivity,
    text: `Circle: ${fusedModel(modalities)}, all patients, at the frozen threshold ${threshold}`,
  };
}
