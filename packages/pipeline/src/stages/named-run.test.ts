import { defaultConfig } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { crossValidate } from './cross-validate.ts';
import { train } from './train.ts';

const flags = { modality: 'A', resume: true, best_hparams_dir: 'best', rank_timeout: '60', folds: '2' };

test.each([
  ['train', train],
  ['train with folds', crossValidate],
])(
  '%s: --run and --exp_name are the same, also with --resume, and may not contradict each other',
  (_, stage) => {
    const named = (run: string | undefined, name: string, given: string[]): string | undefined => {
      const config = defaultConfig();
      config.experiment.name = name;
      const call = { config, given, inFile: [] };
      const all = { ...flags, run, leave_one_hospital_out: false, nproc: undefined };
      return stage.command?.options(call as never, all as never)?.run;
    };
    const byFlag = ['experiment.name'];
    expect(named('r1', '', [])).toBe('r1');
    expect(named(undefined, 'r1', byFlag)).toBe('r1');
    expect(named('r1', 'r1', byFlag)).toBe('r1');
    // That of a configuration file is for all commands: a run that is named goes before it, none has to be there.
    expect(named('r1', 'r2', [])).toBe('r1');
    expect(named(undefined, 'r2', [])).toBe('');
    expect(() => named('r1', 'r2', byFlag)).toThrow(
      expect.objectContaining({
        code: 'E_FLAGS',
        exitCode: 2,
        message: expect.stringContaining('--exp_name r2'),
      }),
    );
  },
);
