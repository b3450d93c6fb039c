import { UsageError } from '@radweave/artifacts';
import { optional, toggle, whole } from '../declare/flags.ts';
import * as read from '../declare/reads.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { CrossValidateOptions, CrossValidateResult } from '../work/cross-validate.ts';
import { namedRun, runWish, togetherOf, train, trainFlags } from './train.ts';

/** Trains one network per fold and evaluates each on those held out. */
export const crossValidate = defineStage({
  name: 'cross_validate',
  takes: { ...runWish, by: take.either(take.fields({ folds: take.from(2) }), take.word('hospital')) },
  looksAtImages: true,
  settings: [...train.settings, 'evaluation.confidence_level'],
  asked: ({ by }: CrossValidateOptions) => ({ by }),
  reads: ({ config, modality }) => read.sliceReads(config, modality),
  writes: (_, { table, outOfFold }: CrossValidateResult) => [table, outOfFold],
  open: async (options, context) =>
    (await import('../work/cross-validate.ts')).openCrossValidation(options, context),
  locks: (_, { name, logs }) => ({ folder: logs, as: `radweave train, cross-validation ${name}` }),
  run: async (options, context, opened) =>
    (await import('../work/cross-validate.ts')).crossValidate(options, opened, context),
  command: {
    name: 'train',
    shownAs: '`train --folds K`, `--leave_one_hospital_out`',
    examples: ['--modality A --folds 5'],
    leaves: 'cross-validation by patient or by hospital',
    flags: {
      ...trainFlags,
      folds: optional('<K>', 'cross-validate: one model for each of K stratified folds of the home patients'),
      leave_one_hospital_out: toggle(
        'cross-validate by hospital; this trains on external hospitals too, so it is not external validation',
      ),
    },
    options: ({ config, given, inFile }, flags) => {
      const isByHospital = flags.leave_one_hospital_out;
      if (flags.folds === undefined && !isByHospital) return null;
      if (flags.folds !== undefined && isByHospital) {
        throw new UsageError(
          'E_FLAGS',
          '--folds and --leave_one_hospital_out are two different analyses: give one of them',
        );
      }
      if (togetherOf(flags) !== undefined) {
        throw new UsageError(
          'E_FLAGS',
          'several processes can train one network together, but not the networks of folds',
          {
            hint: 'Leave out --nproc, and start a cross-validation without a launcher',
          },
        );
      }
      const by = isByHospital ? ('hospital' as const) : { folds: whole('--folds', flags.folds ?? '', 2) };
      const { modality, resume } = flags;
      const run = namedRun(flags.run, config, given);
      return { config, given, inFile, modality, by, resume, run };
    },
  },
});
