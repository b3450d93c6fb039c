import { haveNames } from '@radweave/artifacts';
import { counted } from '@radweave/remarks';
import { paragraph } from '../terminal-width.ts';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'predict'> = {
  text: ({ output, patients, models, labelNames, missing, limits: printed }) => {
    const positive = haveNames(labelNames) ? labelNames[1] : 'Positive';
    const limits = Object.entries(printed).map(([name, text]) => {
      const limit = String(Number(text));
      return models === undefined ? `${limit} on, the classifier's threshold` : `${limit} on by ${name}`;
    });
    return [
      `${counted(patients, 'patient')} predicted: ${output}`,
      ...(models === undefined
        ? []
        : [
            paragraph(
              `By the model of what they have: ${Object.entries(models)
                .map(([name, n]) => `${name} ${n}`)
                .join(', ')}`,
            ),
          ]),
      ...(limits.length === 0
        ? []
        : [
            paragraph(
              `${positive} from probability ${limits.join(', ')} (model.json); \`evaluate\` may use another.`,
            ),
          ]),
      ...missing.map(({ patient, modalities }) => `Left out: ${patient}, no ${modalities.join(', ')}`),
      '',
    ].join('\n');
  },
};
