import { withoutCopies } from '@radweave/artifacts';
import type { StageResult } from '@radweave/pipeline';
import { percent, shownModel } from '@radweave/remarks';
import { NOT_AVAILABLE, number, withLimits } from '../numbers.ts';
import { table } from '../table.ts';
import { paragraph } from '../terminal-width.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'harmonize'> = { text: summary };

function summary({ modalities, level, sites, audit, metrics, outputDir }: StageResult<'harmonize'>): string {
  const audits = audit.map((row) => [
    shownModel(row.model, modalities),
    row.scope,
    row.features,
    row.transductive,
    row.hospitals || NOT_AVAILABLE,
    row.n ?? NOT_AVAILABLE,
    number(row.auc),
    number(row.auc_p),
    number(row.accuracy),
    number(row.chance),
  ]);
  const shown = withoutCopies(metrics, ({ model, positive_label, features }) => [
    ...[model, positive_label, features],
  ]);
  const results = shown.map((row) => [
    shownModel(row.model, modalities),
    row.hospital,
    row.positive_label,
    row.features,
    row.transductive,
    row.n,
    withLimits(row.auc, row.auc_lower, row.auc_upper),
    number(row.sensitivity),
    number(row.specificity),
  ]);
  const auditHeader = [
    'model',
    'patients',
    'features',
    'transductive',
    'hospitals',
    'n',
    'AUC',
    'p',
    'accuracy',
  ];
  const area = `AUC (${percent(level, 4)} CI)`;
  const resultHeader = ['model', 'hospital', 'label', 'features', 'transductive', 'n', area];
  return [
    'How well features predict the hospital (AUC 0.5: no site effect)',
    table([...auditHeader, 'chance'], audits),
    ...sites.flatMap(({ hospital, reason }) =>
      reason === null ? [] : [paragraph(`${hospital} is not harmonised: ${reason.text}`)],
    ),
    ...(metrics.length === 0
      ? []
      : [
          'Test patients, by the classifier fitted on the home training patients',
          table([...resultHeader, 'sens.', 'spec.'], results),
        ]),
    `${outputDir}: ${sites.some(({ harmonised }) => harmonised) ? 'transductive, ' : ''}not part of the primary analysis`,
    '',
  ].join('\n');
}
