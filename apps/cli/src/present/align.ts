import { SPLITS } from '@radweave/artifacts';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'align'> = {
  text: ({ modalities, patients, missing, folders }) =>
    [
      table(
        ['split', 'aligned patients', 'left out', 'folder'],
        SPLITS.map((split) => [split, patients[split], missing[split], folders[split]]),
      ),
      `Modalities: ${modalities.join(', ')}`,
      '',
    ].join('\n'),
};
