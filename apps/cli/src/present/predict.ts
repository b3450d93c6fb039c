import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'predict'> = {
  text: ({ output, patients, missing, threshold }) =>
    [
      `${patients} ${patients === 1 ? 'patient' : 'patients'} predicted: ${output}`,
      ...(threshold === null
        ? []
        : [
            `Positive from probability ${Number(threshold.toFixed(4))}, the threshold of the fusion (model.json); that of \`evaluate\` may be another.`,
          ]),
      ...missing.map(({ patient, modalities }) => `Left out: ${patient}, no ${modalities.join(', ')}`),
      '',
    ].join('\n'),
};
