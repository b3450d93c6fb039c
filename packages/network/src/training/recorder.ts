import { dirname } from 'node:path';
import { appendHistory, EventWriter, type HistoryMetric, type HistoryRow } from '@radweave/artifacts';
import { appendFileSync, mkdirSync } from '@radweave/artifacts/files';
import { encodePng, grayImage, montage } from '@radweave/imaging';
import { withLabelNames } from '@radweave/remarks';
import type { Estimate } from '@radweave/stats';
import type { LabelNames } from '@radweave/study/cohort/slice-table';
import type { StageContext, say } from '@radweave/study/context/events';
import type { EpochReport, SplitScores, StepReport } from '@radweave/study/context/reports';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { METRICS } from '@radweave/study/scores/history-scores';
import type { SliceSet } from '../slices/slice-pixels.ts';

/** An epoch as a row of `training_history.csv`. */
function historyRow(report: EpochReport, names: LabelNames): HistoryRow {
  const values: Partial<Record<HistoryMetric, number | null>> = {};
  const notes = new Set<string>();
  const put = (name: HistoryMetric, estimate: Estimate): void => {
    values[name] = estimate.value;
    if (estimate.value === null) notes.add(`${name}: ${withLabelNames(estimate.reason, names).text}`);
  };
  const sets: [set: 'train' | 'val', scores: SplitScores][] = [
    ['train', report.train],
    ['val', report.validation],
  ];
  for (const [set, scores] of sets) {
    values[`${set}_loss`] = scores.loss;
    values[`${set}_patient_loss`] = scores.patientLoss;
    for (const metric of METRICS) {
      put(`${set}_${metric}`, scores.slice[metric]);
      put(`${set}_patient_${metric}`, scores.patient[metric]);
    }
  }
  return {
    epoch: report.epoch,
    learning_rate: report.learningRate,
    ...(values as Record<HistoryMetric, number | null>),
    note: [...notes].join('; '),
  };
}

/** Writes the log, the history and the TensorBoard events of one run. */
export class Recorder {
  private readonly run: RunFolder;
  private readonly events: EventWriter;
  private readonly logInterval: number;
  private readonly labelNames: LabelNames;

  constructor(run: RunFolder, logInterval: number, labelNames: LabelNames) {
    this.run = run;
    this.logInterval = logInterval;
    this.labelNames = labelNames;
    mkdirSync(dirname(run.log), { recursive: true });
    this.events = new EventWriter(run.logs);
  }

  /** A line of `train.log`. */
  log(text: string): void {
    appendFileSync(this.run.log, `${new Date().toISOString()} ${text}\n`);
  }

  /** For what the user is told too. */
  telling(context: StageContext, tell: typeof say): (text: string) => void {
    return (text) => {
      this.log(text);
      tell(context, text);
    };
  }

  /** What is shown once: the configuration and some slices as the network sees them. */
  begin(config: string, montage: { png: Uint8Array; width: number; height: number }): void {
    this.events.text('config', `\`\`\`yaml\n${config}\n\`\`\``, 0);
    this.events.image('slices', montage.png, { ...montage, channels: 1 }, 0);
    this.events.flush();
  }

  step(report: StepReport): void {
    if (report.step % this.logInterval !== 0) return;
    this.log(`epoch ${report.epoch} step ${report.step}/${report.steps} loss ${report.loss.toFixed(4)}`);
  }

  /** Everything of an epoch; events carry the epoch as their step, so that resuming can cut them back. */
  epoch(report: EpochReport): void {
    const row = historyRow(report, this.labelNames);
    appendHistory(this.run.history, row);
    for (const [name, value] of Object.entries(row)) {
      if (name === 'epoch' || typeof value !== 'number') continue;
      const [, set, metric] = /^(train|val)_(.*)$/.exec(name) ?? [];
      this.events.scalar(metric === undefined ? name : `${metric}/${set}`, value, report.epoch);
    }
    this.events.flush();
    const best = report.isBest ? ' (best so far)' : '';
    this.log(
      `epoch ${report.epoch} done: train loss ${report.train.loss.toFixed(4)}, validation loss ` +
        `${report.validation.loss.toFixed(4)}, validation AUC ${report.validation.slice.auc.value ?? 'n/a'}${best}`,
    );
  }

  close(): void {
    this.events.close();
  }
}

/** A few training slices side by side, so that a look at TensorBoard shows what is being learned from. */
export function sampleOf({ table, pixels }: SliceSet): { png: Uint8Array; width: number; height: number } {
  const count = Math.min(16, table.length);
  const positions = Array.from({ length: count }, (_, i) => Math.floor((i * table.length) / count));
  const size = pixels.width * pixels.height;
  const all = pixels.read(positions);
  const images = positions.map((_, i) =>
    grayImage(pixels.width, pixels.height, all.subarray(i * size, (i + 1) * size)),
  );
  const sheet = montage(images, 4);
  return { png: encodePng(sheet), width: sheet.width, height: sheet.height };
}
