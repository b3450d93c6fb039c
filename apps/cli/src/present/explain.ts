import { MAP_NAMES, shownLabel } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import { number } from '../numbers.ts';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'explain'> = {
  text: ({ folder, labelNames, method, layer, patients, randomisation }) =>
    [
      table(
        ['hospital', 'patient', 'label', 'predicted', 'file'],
        patients.map((one) => [
          one.hospital,
          one.patient,
          shownLabel(labelNames, one.label),
          shownLabel(labelNames, one.predicted),
          one.file,
        ]),
      ),
      table(
        ['random parts of the network', 'rank correlation of maps', 'similarity (SSIM)'],
        randomisation.steps.map(({ randomised, spearman, ssim }) => [
          randomised.join(', '),
          number(spearman),
          number(ssim),
        ]),
      ),
      `${counted(patients.length, 'picture')}, ${MAP_NAMES[method]} at ${layer}: ${folder}`,
      '',
    ].join('\n'),
};
