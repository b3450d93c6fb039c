import { type HistoryRow, readHistory } from '@radweave/artifacts';
import { type Spec, trainingPanels } from '@radweave/report/charts';
import { findRuns } from '@radweave/study/runs/run-folder';
import type { FigureSet } from './figure.ts';
import { CHART_WORDS } from './words.ts';

/** Training curves of a modality's run: the one that is named, or the newest. */
export function trainingCurves(outputDir: string, modality: string, wanted?: string): FigureSet {
  const name = `training_curves_${modality}`;
  const run = findRuns(outputDir, 'history', { modality }).find(
    ({ name: one }) => wanted === undefined || one === wanted,
  );
  const rows = run === undefined ? [] : readHistory(run.history);
  if (run === undefined || rows.length === 0) {
    const reason = `no training run of ${modality} has a history; run radweave train --modality ${modality}`;
    return { figures: [], skipped: [{ name, reason }] };
  }
  const { model, best } = run.read();
  return {
    figures: [{ name, spec: curvesSpec(rows, modality, `${run.name} (${model})`, best?.epoch) }],
    skipped: [],
  };
}

/** Loss and AUC side by side, for training and validation, per slice and per patient. */
function curvesSpec(
  rows: readonly HistoryRow[],
  modality: string,
  run: string,
  best: number | undefined,
): Spec {
  const { loss, auc } = trainingPanels(rows, best, CHART_WORDS);
  const marked = best === undefined ? '' : `. Vertical line: epoch ${best}, the best so far`;
  return {
    title: { text: `Training of modality ${modality}`, subtitle: `${run}${marked}` },
    hconcat: [loss, auc],
  };
}
