import { UsageError } from '@radweave/artifacts';
import type { StageResult } from '@radweave/pipeline';
import { NOT_AVAILABLE, number, withLimits } from '../numbers.ts';
import { stageCommand } from '../stage/stage-command.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

interface HarmonizeFlags {
  audit_only?: boolean;
  permutations: string;
}

export const define: Define = stageCommand<'harmonize', HarmonizeFlags>({
  stage: 'harmonize',
  flags: (command) => {
    command
      .option('--audit_only', 'only audit the site effect: no harmonised features or predictions')
      .option('--permutations <n>', 'permutations for the p-values of the audit', '99');
  },
  options: ({ config }, own) => ({
    config,
    modalities: config.data.modalities,
    auditOnly: own.audit_only === true,
    permutations: permutationsOf(own.permutations),
  }),
  present: summary,
});

function permutationsOf(given: string): number {
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw new UsageError('E_PERMUTATIONS', `'${given}' is no whole number from 1`, { where: '--permutations' });
}

function summary({ sites, audit, metrics, outputDir }: StageResult<'harmonize'>): string {
  const audits = audit.map((row) => [
    row.model,
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
  const results = metrics.map((row) => [
    row.model,
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
  const resultHeader = ['model', 'hospital', 'label', 'features', 'transductive', 'n', 'AUC (95 % CI)'];
  return [
    'How well features tell the hospital (AUC 0.5: no site effect)',
    table([...auditHeader, 'chance'], audits),
    ...sites.flatMap(({ hospital, harmonised, reason }) =>
      harmonised ? [] : [`${hospital} is left unharmonised: ${reason}`],
    ),
    ...(metrics.length === 0
      ? []
      : [
          'External patients, the classifier of home train',
          table([...resultHeader, 'sens.', 'spec.'], results),
        ]),
    `${outputDir}: transductive, not part of the primary analysis`,
    '',
  ].join('\n');
}
