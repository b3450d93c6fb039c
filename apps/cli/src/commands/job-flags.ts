import {
  type Flags,
  optional,
  RUN_DEFAULTS,
  type RunOptions,
  toggle,
  whole,
  withDefault,
} from '@radweave/pipeline';
import type { CommonFlags } from '../stage/flags.ts';

/** What `run` and `plan` are asked for besides the configuration. */
export interface JobFlags extends CommonFlags, Record<string, unknown> {
  best_hparams_dir: string;
  no_explain?: boolean;
  cross_fit?: string;
}

export const JOB_FLAGS: Flags = {
  best_hparams_dir: withDefault(
    '<folder>',
    'record of the best settings',
    RUN_DEFAULTS.bestHparamsDir,
    'Output',
  ),
  cross_fit: optional(
    '<K>',
    'also cross-fit: train K models per modality on folds of the training patients and fit a stacked classifier',
  ),
  no_explain: toggle('draw no heat maps; the report shows those that exist'),
};

export function jobOptions({
  best_hparams_dir: bestHparamsDir,
  no_explain,
  cross_fit,
}: JobFlags): RunOptions {
  return {
    bestHparamsDir,
    explain: no_explain !== true,
    crossFit: cross_fit === undefined ? null : whole('--cross_fit', cross_fit, 2),
  };
}
