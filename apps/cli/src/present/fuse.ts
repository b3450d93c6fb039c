import { shownLabel, thresholdText, withoutCopies } from '@radweave/artifacts';
import type { StageResult } from '@radweave/pipeline';
import { fusedModel, percent, shownModel } from '@radweave/remarks';
import { number, withLimits } from '../numbers.ts';
import { table } from '../table.ts';
import { paragraph } from '../terminal-width.ts';
import type { Presenter } from './presenter.ts';
import { validationText } from './results.ts';

// The evaluation that follows has the same AUCs.
export const presenter: Presenter<'fuse'> = {
  text: (result, { no_evaluate }) => fusionSummary(result, no_evaluate === true),
};

/** A fusion as people read it: its decisions and files, and every AUC with its n and interval where that is asked for. */
export function fusionSummary(result: StageResult<'fuse'>, withMetrics: boolean): string {
  const origin = result.isThresholdChosen ? 'frozen on validation patients' : 'set, not chosen on patients';
  const threshold =
    result.threshold === null
      ? []
      : [
          paragraph(
            `Threshold of the ${fusedModel(result.modalities)}, ${origin}: ${Number(thresholdText(result.threshold))}`,
          ),
        ];
  const converged = result.converged ? [] : ['The logistic regression did not converge: raise --max_iter.'];
  const metrics = withMetrics ? [metricsTable(result)] : [];
  return [...metrics, ...threshold, ...converged, result.metricsFile, result.modelFile, ''].join('\n');
}

function metricsTable(result: StageResult<'fuse'>): string {
  const hasLabels = result.metrics.some(({ positive_label }) => positive_label === 'macro');
  const shown = withoutCopies(result.metrics, ({ model, split, positive_label }) => [
    ...[model, split, positive_label],
  ]);
  const rows = shown.map((row) => [
    shownModel(row.model, result.modalities),
    ...(hasLabels ? [shownLabel(result.labelNames, row.positive_label)] : []),
    row.split,
    row.hospital,
    row.n,
    withLimits(row.auc, row.auc_lower, row.auc_upper),
    number(row.accuracy),
    number(row.sensitivity),
    number(row.specificity),
    row.in_sample,
  ]);
  const header = [
    'model',
    ...(hasLabels ? ['label'] : []),
    'split',
    'hospital',
    'n',
    `AUC (${percent(result.level, 4)} CI)`,
    'accuracy',
    'sens.',
    'spec.',
    'seen',
  ];
  const seen = 'seen: whether the network behind the features was trained on these patients.';
  return [
    table(header, rows),
    paragraph(seen),
    ...validationText(
      result.notes,
      result.metrics.map(({ model }) => model),
    ),
  ].join('\n');
}
