import type { PredictionRow } from '@radweave/artifacts';
import { counted, digitsApart, fusedModel, isOneNumber, percent, shownModel } from '@radweave/remarks';
import { type RocLine, rocChart } from '@radweave/report/charts';
import { type Estimate, rocCurve } from '@radweave/stats';
import { aucEstimate } from '../evaluation/binary-metrics.ts';
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
    const wanted = hospitals.map((hospital) => ({
      title: hospital,
      score: 'probability_fused',
      rows: results.predictions.test.filter((row) => row.hospital === hospital),
      positive: 1,
    }));
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
  { labels, modalities, models, predictions }: ShownFusion,
  split: EvaluatedSplit,
): WantedCurve[] {
  const rows = predictions[split];
  return labels.length === 2
    ? models.map((model) => ({
        title: shownModel(model, modalities),
        score: `probability_${model}`,
        rows,
        positive: 1,
      }))
    : labels.map((label, positive) => ({
        title: `${label} against the rest`,
        score: `probability_fused_${positive}`,
        rows,
        positive,
      }));
}

/** Of the patients whom the model predicts; empty when a label is missing. */
function lineOf({ title, score, rows: all, positive }: WantedCurve, level: number): RocLine[] {
  const rows = all.filter((row) => row[score] !== null);
  const labels = Uint8Array.from(rows, ({ label }) => (label === positive ? 1 : 0));
  const scores = Float64Array.from(rows, (row) => Number(row[score]));
  const { value } = rocCurve(labels, scores);
  if (value === null) return [];
  const name = `${title}: ${areaText(aucEstimate(labels, scores, level), level)}, n = ${rows.length}`;
  const [fpr, tpr] = [Array.from(value.falsePositiveRate), Array.from(value.truePositiveRate)];
  return [{ name, fpr, tpr, band: null }];
}

function areaText(area: Estimate, level: number): string {
  if (area.value === null) return 'AUC n/a';
  const { value, lower, upper } = area;
  if (lower === undefined || upper === undefined) return `AUC ${value.toFixed(2)}`;
  if (isOneNumber(lower, upper)) return `AUC ${value.toFixed(2)} (no interval)`;
  const digits = digitsApart(lower, upper, 2);
  return `AUC ${value.toFixed(digits)} (${percent(level, 4)} ${lower.toFixed(digits)}–${upper.toFixed(digits)})`;
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
