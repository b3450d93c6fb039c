import { UsageError } from '@radweave/artifacts';
import type { StageResult } from '@radweave/pipeline';
import { stageCommand } from '../stage/stage-command.ts';
import { table } from '../table.ts';
import type { Define } from './define.ts';

interface ProfileFlags {
  training?: boolean;
  extract?: boolean;
  output_dir: string;
  top: string;
  depth?: string;
}

type Job = StageResult<'profile'>['jobs'][number];

export const define: Define = (command) => {
  let top = 0;
  stageCommand<'profile', ProfileFlags>({
    stage: 'profile',
    flags: (flagged) => {
      flagged
        .option('--training', 'a training step only')
        .option('--extract', 'an extraction batch only')
        .option('--output_dir <folder>', 'where the Chrome traces and profile.json go', 'outputs/profile')
        .option('--top <number>', 'rows of each table to print; the file has them all', '15')
        .option('--depth <number>', 'count modules together below this depth of their paths');
    },
    options: ({ config, given }, own) => {
      top = positive('--top', own.top);
      // One batch size means both jobs, unless extraction's own was set.
      if (given.includes('training.batch_size') && !given.includes('extraction.batch_size')) {
        config.extraction.batch_size = config.training.batch_size;
      }
      const both = own.training === own.extract;
      return {
        config,
        jobs: [
          ...(both || own.training === true ? (['training'] as const) : []),
          ...(both || own.extract === true ? (['extraction'] as const) : []),
        ],
        outputDir: own.output_dir,
        depth: own.depth === undefined ? undefined : positive('--depth', own.depth),
      };
    },
    present: (result) =>
      [
        ...result.jobs.map((job) => jobText(job, result, top)),
        `Everything: ${result.report}`,
        'Traces open in chrome://tracing and https://ui.perfetto.dev',
        '',
      ].join('\n'),
  })(command);
};

/** What the times are. */
const CLOCKS: Readonly<Record<Job['clock'], string>> = {
  cpu: 'recording included',
  gpu: "without recording; operators: the GPU's own time, by its events; outside them it waits",
  launching: 'operators: the time to launch them; the GPU computes beside',
};

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError('E_FLAG', `${flag} must be a whole number of at least 1, not '${text}'`);
}

function jobText(job: Job, { model, precision, imageSize }: StageResult<'profile'>, top: number): string {
  const perSecond = (job.slices / job.ms) * 1000;
  return [
    `${model}, ${job.job}: ${job.slices} slices of ${imageSize} × ${imageSize} in ${precision}: ` +
      `${job.ms.toFixed(1)} ms, ${perSecond.toFixed(1)} slices/s (${CLOCKS[job.clock]})`,
    table(
      ['phase', 'ms', 'share'],
      job.phases.map(({ phase, ms, share }) => [phase, ms.toFixed(2), percent(share)]),
    ),
    '',
    table(
      ['operator', 'phase', 'self ms', 'share', 'calls'],
      job.operators
        .slice(0, top)
        .map(({ operator, phase, ms, share, calls }) => [
          operator,
          phase,
          ms.toFixed(2),
          percent(share),
          calls,
        ]),
    ),
    '',
    table(
      ['module', 'forward ms', 'backward ms', 'share'],
      job.modules
        .slice(0, top)
        .map(({ module, forwardMs, backwardMs, share }) => [
          module === '' ? '(network)' : module,
          forwardMs.toFixed(2),
          backwardMs.toFixed(2),
          percent(share),
        ]),
    ),
    `Trace: ${job.trace}`,
    '',
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
