import { SPLITS } from '@radweave/artifacts';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'extract'> = {
  text: ({ patients, slices, tables, dims, model, checkpoint }) =>
    [
      table(
        ['split', 'patients', 'slices', 'table'],
        SPLITS.map((split) => [split, patients[split], slices[split], tables[split]]),
      ),
      `${dims} features per slice by ${model}, ${checkpoint}`,
      '',
    ].join('\n'),
};
