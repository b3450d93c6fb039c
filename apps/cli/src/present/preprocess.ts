import { groupBy, inOrderOfLabels, kindsOf, type SplitSummary, shownLabel } from '@radweave/artifacts';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'preprocess'> = {
  text: ({ summary, splitsDir }) => {
    const header = [
      'hospital',
      'label',
      'split',
      'patients',
      ...summary.modalities.map((m) => `slices ${m}`),
    ];
    const rows = inOrderOfLabels(summary.counts).map((cell) => [
      cell.hospital,
      shownLabel(summary.labels ?? [], cell.label),
      cell.split,
      cell.patients,
      ...summary.modalities.map((modality) => cell.slices[modality] ?? 0),
    ]);
    const excluded = Object.entries(summary.excluded).map(([reason, n]) => `${n} ${reason}`);
    const files = Object.entries(summary.files).map(([reason, n]) => `${n} × ${reason}`);
    return [
      table(header, rows),
      ...(summary.kinds === undefined ? [] : [kindsTable(summary, summary.kinds)]),
      ...(excluded.length > 0 ? [`Patients left out: ${excluded.join(', ')}`] : []),
      ...(files.length > 0 ? [`Files: ${files.join(', ')}`] : []),
      `Split ${summary.split_hash.slice(0, 12)} (seed ${summary.seed}) in ${splitsDir}`,
      '',
    ].join('\n');
  },
};

/** Who has which modalities: a column for each kind of patient. */
function kindsTable({ modalities, labels }: SplitSummary, kinds: NonNullable<SplitSummary['kinds']>): string {
  const nameOf = (own: readonly string[]): string =>
    own.length === modalities.length ? 'all' : `only ${own.join(' ')}`;
  const owned = kinds.map((one) => one.modalities);
  const names = kindsOf(owned, modalities).map(nameOf);
  const groups = groupBy(inOrderOfLabels(kinds), ({ hospital, label, split }) =>
    JSON.stringify([hospital, label, split]),
  );
  const rows = [...groups.values()].map((own) => {
    const [{ hospital, label, split }] = own as [(typeof kinds)[number]];
    const counts = names.map((name) => own.find((one) => nameOf(one.modalities) === name)?.patients ?? 0);
    return [hospital, shownLabel(labels ?? [], label), split, ...counts];
  });
  const header = ['hospital', 'label', 'split', ...names];
  return `\nPatients by the modalities that they have (all: ${modalities.join(' ')}):\n${table(header, rows)}`;
}
