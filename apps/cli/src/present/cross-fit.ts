import { SPLITS } from '@radweave/artifacts';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'cross_fit'> = {
  text: ({ patients, tables, record }) => {
    const rows = SPLITS.map((split) => [split, patients[split], tables[split]]);
    return `${table(['split', 'patients', 'logits'], rows)}\n${record}\n`;
  },
};
