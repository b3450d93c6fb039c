import type { PredictionRow } from '@radweave/artifacts';
import { counted, fusedModel } from '@radweave/remarks';
import { confusionChart, type Spec } from '@radweave/report/charts';
import { confusionMatrix } from '@radweave/stats';
import { type FigureSet, titleOf } from './figure.ts';
import { EVALUATED_SPLITS, nobodyPredicted, type ShownFusion, SPLIT_TITLES } from './shown-fusion.ts';
import { CHART_WORDS } from './words.ts';

/** Confusion matrices of the fused model on validation and test, at the frozen threshold. */
export function confusionFigures(results: ShownFusion): FigureSet {
  const { labels, modalities, predictions, threshold } = results;
  const model = fusedModel(modalities);
  const Model = model.slice(0, 1).toUpperCase() + model.slice(1);
  const set: FigureSet = { figures: [], skipped: [] };
  for (const split of EVALUATED_SPLITS) {
    const name = `confusion_${split}`;
    const rows = predictions[split].filter((row) => (row.model ?? 'fused') === 'fused');
    if (rows.length === 0) {
      set.skipped.push({ name, reason: nobodyPredicted(results, split) });
      continue;
    }
    const how =
      threshold === null ? 'the most probable label' : `positive from the frozen threshold ${threshold}`;
    const title = `${Model}, ${SPLIT_TITLES[split]} (${counted(rows.length, 'patient')})`;
    set.figures.push({ name, spec: confusionSpec(title, `Predicted: ${how}`, rows, labels) });
  }
  return set;
}

function confusionSpec(
  title: string,
  subtitle: string,
  rows: readonly PredictionRow[],
  labels: readonly string[],
): Spec {
  const table = confusionMatrix(
    rows.map(({ label }) => label),
    rows.map(({ predicted }) => predicted),
    labels.length,
  );
  const counts = labels.map((_, i) => labels.map((_, j) => table.data[i * labels.length + j] ?? 0));
  return { title: titleOf(title, subtitle), ...confusionChart(labels, counts, CHART_WORDS) };
}
