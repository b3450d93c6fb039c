import { haveNames } from '@radweave/artifacts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'predict'> = {
  text: ({ output, patients, labelNames, missing, threshold }) =>
    [
      `${patients} ${patients === 1 ? 'patient' : 'patients'} predicted: ${output}`,
      ...(threshold === null
        ? []
        : [
            `${haveNames(labelNames) ? labelNames[1] : 'Positive'} from probability ${Number(threshold.toFixed(4))} on, the fusion's threshold (model.json); that of \`evaluate\` may differ.`,
          ]),
      ...missing.map(({ patient, modalities }) => `Left out: ${patient}, no ${modalities.join(', ')}`),
      '',
    ].join('\n'),
};
