import { counted } from '@radweave/remarks';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

const NAMES = new Map([
  ['-', 'left out'],
  ['?', 'open'],
]);

export const presenter: Presenter<'import'> = {
  text: ({ output, files, series, leftOut, written, unchanged, mapping, sheet }) => {
    const rows = series.map((one) => [
      NAMES.get(one.modality) ?? one.modality,
      one.patients,
      one.series,
      one.slices,
    ]);
    const reasons = Object.entries(leftOut).map(([reason, n]) => `  ${n} × ${reason}`);
    return [
      table(['modality', 'patients', 'series', 'slices'], rows),
      ...(reasons.length === 0 ? [] : [`Left out of ${counted(files, 'file')}:`, ...reasons]),
      `Which series is which modality: ${mapping}; how they look: ${sheet}`,
      output === null
        ? 'No slice was written: this was a dry run'
        : `${written} series written into ${output}, ${unchanged} were there already`,
      '',
    ].join('\n');
  },
};
