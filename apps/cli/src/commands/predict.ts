import { pairsOf } from '../pairs.ts';
import { stageCommand } from '../stage/stage-command.ts';
import type { Define } from './define.ts';

interface PredictFlags {
  model: string;
  input: string;
  output: string;
  checkpoint?: string[];
}

export const define: Define = stageCommand<'predict', PredictFlags>({
  stage: 'predict',
  flags: (command) => {
    command
      .requiredOption('--model <file>', 'model.json of a fusion')
      .requiredOption('--input <folder>', 'features, or images laid out as {patient}/{modality}/*.png')
      .option('--output <file>', 'CSV to write', 'predictions.csv')
      .option('--checkpoint <modality=file...>', 'where a checkpoint lies now, if it was moved');
  },
  options: ({ config }, own) => ({
    config,
    model: own.model,
    input: own.input,
    output: own.output,
    checkpoints: pairsOf('--checkpoint', own.checkpoint ?? []),
  }),
  present: ({ output, patients, missing, threshold }) =>
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
});
