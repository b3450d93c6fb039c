import { haveNames } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'predict'> = {
  text: ({ output, patients, models, labelNames, missing, threshold }) =>
    [
      `${counted(patients, 'patient')} predicted: ${output}`,
      ...(models === undefined
        ? []
        : [
            `By the model of what they have: ${Object.entries(models)
              .map(([name, n]) => `${name} ${n}`)
              .join(', ')}`,
          ]),
      ...(threshold === null
        ? []
        : [
            `${haveNames(labelNames) ? labelNames[1] : 'Positive'} from probability ${Number(threshold.toFixed(4))} on, ${models === undefined ? "the fusion's threshold" : "the threshold of 'fused'"} (model.json); that of \`evaluate\` may differ.`,
          ]),
      ...missing.map(({ patient, modalities }) => `Left out: ${patient}, no ${modalities.join(', ')}`),
      '',
    ].join('\n'),
};
