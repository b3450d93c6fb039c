import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'predict'> = {
  text: ({ output, patients, missing, threshold }) =>
    [
      `${patients} ${patients === 1 ? 'patient' : 'patients'} predicted: ${output}`,
      ...(threshold === null
        ? []
        : [
            `Positive from probability ${Number(threshold.toFixed(4))} on, the fusion's threshold (model.json); that of \`evaluate\` may differ.`,
          ]),
      ...missing.map(({ patient, modalities }) => `Left out: ${patient}, no ${modalities.join(', ')}`),
      '',
    ].join('\n'),
};
