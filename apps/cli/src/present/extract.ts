import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'extract'> = {
  text: (result) =>
    [
      table(
        ['split', 'patients', 'slices', 'table'],
        (['train', 'val', 'test'] as const).map((split) => [
          split,
          result.patients[split],
          result.slices[split],
          result.tables[split],
        ]),
      ),
      `${result.dims} features per slice by ${result.model}, ${result.checkpoint}`,
      '',
    ].join('\n'),
};
