import { usual } from '../declare/config-flags.ts';
import { positional } from '../declare/flags.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { Repeatable, VerifyOptions, VerifyResult } from '../verify/verify.ts';

/** Does those stages of a run again that say how, and compares. */
export const verifyOf = (stages: readonly Repeatable[]) =>
  defineStage({
    name: 'verify',
    takes: { run: take.text, config: take.config, given: take.texts },
    settings: [],
    reads: ({ run }: VerifyOptions) => ({ run }),
    writes: () => [],
    run: async (options, context): Promise<VerifyResult> =>
      (await import('../verify/verify.ts')).verify(options, stages, context),
    command: {
      name: 'verify',
      summary: "reproduce a run's split, fusion and evaluation, and compare",
      examples: ['', '/backup/feature_extract --root_dir /data/Grade'],
      leaves:
        "whether a run's split, fusion and evaluation come out the same again; exit code 3 when anything differs or a recorded file is gone; what was never made is named",
      flags: { run: positional('[run]', 'output folder of the run (default: experiment.output_dir)') },
      configFlags: usual('root_dir', 'splits_dir', 'feature_dir', 'fusion_dir', 'num_workers'),
      options: ({ config, given, inFile }, { run = config.experiment.output_dir }) => ({
        run,
        config,
        given: [...inFile, ...given],
      }),
    },
  });
