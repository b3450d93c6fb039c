import { type Config, type HistoryRow, inShell, readHistory } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import { type Spec, trainingPanels } from '@radweave/report/charts';
import { presentIdentity } from '@radweave/study/cohort/split-identity';
import { findRuns, newestFitting, type RunChoice, RunFolder } from '@radweave/study/runs/run-folder';
import type { FigureSet } from './figure.ts';
import { CHART_WORDS } from './words.ts';

/** Training curves of a modality's run: the one that is named, or the newest on the present split. */
export function trainingCurves(config: Config, modality: string, wanted?: string): FigureSet {
  const name = `training_curves_${modality}`;
  const { run, other } = chooseRun(config, modality, wanted);
  const rows = run === undefined ? [] : readHistory(run.history);
  if (run === undefined || rows.length === 0) {
    const what =
      other === undefined
        ? `no training run of ${modality} has a history`
        : remark('run-other-split', { modality, run: other.name }).text;
    return {
      figures: [],
      skipped: [{ name, reason: `${what}; run radweave train --modality ${inShell(modality)}` }],
    };
  }
  const { model, best } = run.read();
  return {
    figures: [{ name, spec: curvesSpec(rows, modality, `${run.name} (${model})`, best?.epoch) }],
    skipped: [],
  };
}

function chooseRun({ data, experiment }: Config, modality: string, wanted?: string): RunChoice {
  const outputDir = experiment.output_dir;
  if (wanted === undefined) {
    return newestFitting(findRuns(outputDir, 'history', { modality }), presentIdentity(data, modality));
  }
  const named = new RunFolder(outputDir, wanted);
  return { run: existsSync(named.history) ? named : undefined, other: undefined };
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
