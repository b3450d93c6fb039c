import { dirname } from 'node:path';
import { readEvaluation, UsageError } from '@radweave/artifacts';
import { forThisStudy } from '../command-line.ts';
import { crossValidationSummary, wholeNumber } from '../folds.ts';
import { resultsText } from '../results.ts';
import { runStage } from '../stage/run-stage.ts';
import { stageCommand } from '../stage/stage-command.ts';
import type { Define } from './define.ts';

interface TrainFlags {
  modality: string;
  resume?: boolean;
  run?: string;
  best_hparams_dir: string;
  folds?: string;
  leave_one_hospital_out?: boolean;
}

export const define: Define = stageCommand<'train', TrainFlags>({
  stage: 'train',
  flags: (command) => {
    command
      .requiredOption('--modality <name>', 'modality to train on')
      .option('--resume', 'go on with the newest run of this modality, or with the one that --run names')
      .option('--run <name>', 'name of the run')
      .option('--best_hparams_dir <folder>', 'where the best settings are recorded', 'config/best_hparams')
      .option('--folds <K>', 'cross-validate: K stratified folds of the home patients, one model each')
      .option(
        '--leave_one_hospital_out',
        'cross-validate by hospital: trains on external hospitals too, so keep it apart from the external validation',
      );
  },
  instead: async ({ config, given, inFile }, own, quiet) => {
    const isByHospital = own.leave_one_hospital_out === true;
    if (own.folds === undefined && !isByHospital) return null;
    if (own.folds !== undefined && isByHospital) {
      throw new UsageError('E_FLAGS', '--folds and --leave_one_hospital_out are two different analyses');
    }
    const by = isByHospital ? ('hospital' as const) : { folds: wholeNumber('--folds', own.folds ?? '') };
    const { modality, resume = false, run = '' } = own;
    const result = await runStage(
      'cross_validate',
      { config, given, inFile, modality, by, resume, run },
      quiet,
    );
    return { name: 'cross_validation', result, text: crossValidationSummary(result) };
  },
  options: ({ config, given, inFile }, own) => ({
    config,
    given,
    inFile,
    modality: own.modality,
    resume: own.resume === true,
    run: own.run ?? '',
    bestHparamsDir: own.best_hparams_dir,
  }),
  present: (result) =>
    [
      `Run ${result.run} (${result.ending}) after ${result.epochs} ${result.epochs === 1 ? 'epoch' : 'epochs'}.`,
      `Best epoch ${result.bestEpoch}, validation AUC ${result.bestScore.toFixed(4)}: ${result.bestModel}`,
      ...(result.evaluation === null ? [] : [resultsText(readEvaluation(result.evaluation))]),
      `All numbers: ${dirname(result.valMetrics)}`,
      // The command that they name is completed as in messages.
      forThisStudy('For a report of all networks so far, first run radweave evaluate'),
      forThisStudy('and then radweave report'),
      '',
    ].join('\n'),
});
