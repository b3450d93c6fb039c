// Runs one stage in the engine thread, as the command line does, and notes when what happened.
import { withRunner } from '../../packages/pipeline/dist/index.js';

/**
 * @returns the stage's result and its events, each with `at` in seconds since the stage was started.
 */
export async function timedStage(stage, options) {
  const events = [];
  const start = performance.now();
  const onEvent = (event) => events.push({ at: (performance.now() - start) / 1000, event });
  const result = await withRunner({ onEvent }, (runner) => runner.run(stage, options, () => undefined));
  return { result, events, seconds: (performance.now() - start) / 1000 };
}

/** When the network was ready: both stages say then what its weights were started from. */
export function networkReady(events, model) {
  return momentOf(events, ({ kind, text }) => kind === 'log' && text.startsWith(`${model}: `));
}

/** When the engine was there and device and precision were chosen. */
export function engineReady(events) {
  return momentOf(events, ({ kind, text }) => kind === 'log' && text.startsWith('Computing on '));
}

/** When the first event of a kind came. @throws Error when there was none: the stage no longer says it. */
export function momentOf(events, isIt) {
  const found = events.find(({ event }) => isIt(event));
  if (found === undefined)
    throw new Error('the stage did not emit an event that this benchmark measures between');
  return found.at;
}

/** Which precision the stage said it computes in. */
export function precisionOf(events) {
  const line = events.map(({ event }) => event.text ?? '').find((text) => text.startsWith('Computing on '));
  return line?.match(/ in ([\w-]+)/)?.[1] ?? 'unknown';
}

/** The last line of output is what the benchmark reads. */
export function report(fields) {
  console.log(JSON.stringify(fields));
}
