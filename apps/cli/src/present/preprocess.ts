import { shownLabel } from '@radweave/artifacts';
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
    const rows = summary.counts.map((cell) => [
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
      ...(excluded.length > 0 ? [`Patients left out: ${excluded.join(', ')}`] : []),
      ...(files.length > 0 ? [`Files: ${files.join(', ')}`] : []),
      `Split ${summary.split_hash.slice(0, 12)} (seed ${summary.seed}) in ${splitsDir}`,
      '',
    ].join('\n');
  },
};
