import type { StageResult } from '@radweave/pipeline';
import { table } from '../table.ts';
import type { Presenter } from './presenter.ts';

type Job = StageResult<'profile'>['jobs'][number];

export const presenter: Presenter<'profile'> = {
  text: (result, { top }) =>
    [
      ...result.jobs.map((job) => jobText(job, result, Number(top))),
      `Everything: ${result.report}`,
      'Traces open in chrome://tracing and https://ui.perfetto.dev',
      '',
    ].join('\n'),
};

/** What the times are. */
const CLOCKS: Readonly<Record<Job['clock'], string>> = {
  cpu: 'recording included',
  gpu: "without recording; operators: the GPU's own time, by its events; outside them it waits",
  launching: 'operators: the time to launch them; the GPU computes beside',
};

function jobText(job: Job, { model, imageSize }: StageResult<'profile'>, top: number): string {
  const perSecond = (job.slices / job.ms) * 1000;
  return [
    `${model}, ${job.job}: ${job.slices} slices of ${imageSize} × ${imageSize} in ${job.precision}: ` +
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
