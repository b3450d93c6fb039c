import { stageCommand } from '../stage/stage-command.ts';
import type { Define } from './index.ts';

interface TrainFlags {
  modality: string;
  resume?: boolean;
  run?: string;
  best_hparams_dir: string;
}

export const define: Define = stageCommand<'train', TrainFlags>({
  stage: 'train',
  flags: (command) => {
    command
      .requiredOption('--modality <name>', 'modality to train on')
      .option('--resume', 'go on with the newest run of this modality, or with the one that --run names')
      .option('--run <name>', 'name of the run')
      .option('--best_hparams_dir <folder>', 'where the best settings are recorded', 'config/best_hparams');
  },
  options: ({ config, given }, own) => ({
    config,
    given,
    modality: own.modality,
    resume: own.resume === true,
    run: own.run ?? '',
    bestHparamsDir: own.best_hparams_dir,
  }),
  present: (result) =>
    [
      `Run ${result.run} (${result.ending}) after ${result.epochs} epochs.`,
      `Best epoch ${result.bestEpoch}, validation AUC ${result.bestScore.toFixed(4)}: ${result.bestModel}`,
      `Validation: ${result.valMetrics}`,
      `External test: ${result.testMetrics}`,
      '',
    ].join('\n'),
});
