import { evaluationSummary } from '../evaluation-summary.ts';
import { pairsOf } from '../pairs.ts';
import { stageCommand } from '../stage/stage-command.ts';
import type { Define } from './define.ts';

interface EvaluateFlags {
  run?: string[];
  frozen?: string;
  networks_only?: boolean;
}

export const define: Define = stageCommand<'evaluate', EvaluateFlags>({
  stage: 'evaluate',
  flags: (command) => {
    command
      .option('--run <modality=name...>', "run of a modality's network (default: the newest finished one)")
      .option('--frozen <folder>', 'take decisions frozen by an earlier evaluation over instead of fitting')
      .option('--networks_only', 'leave the fusion out');
  },
  options: ({ config }, own) => ({
    config,
    modalities: config.data.modalities,
    runs: pairsOf('--run', own.run ?? []),
    frozen: own.frozen ?? null,
    networksOnly: own.networks_only === true,
    outputDir: null,
  }),
  present: evaluationSummary,
});
