import type { Profile } from '@radweave/torch';
import type { TimedOperator } from './timeline.ts';

/** A complete event of Chrome's trace format; times are microseconds. */
export interface TraceEvent {
  name: string;
  cat: string;
  ph: 'X' | 'M';
  pid: number;
  tid: number;
  ts?: number;
  dur?: number;
  args?: Record<string, string | number>;
}

/** What chrome://tracing and https://ui.perfetto.dev open. */
export interface ChromeTrace {
  displayTimeUnit: 'ms';
  traceEvents: TraceEvent[];
}

/**
 * A profile as a Chrome trace ("Trace Event Format", complete events): ranges, modules and operators nested as they ran.
 *
 * @param title shown as the process's name.
 */
export function chromeTrace(title: string, profile: Profile, timed: readonly TimedOperator[]): ChromeTrace {
  const pid = 1;
  const main = timed.find(({ phase }) => phase !== 'backward')?.operator.thread ?? 0;
  const events: TraceEvent[] = [
    { name: 'process_name', cat: '__metadata', ph: 'M', pid, tid: main, args: { name: title } },
    { name: 'thread_name', cat: '__metadata', ph: 'M', pid, tid: main, args: { name: 'engine' } },
  ];
  const span = (cat: string, tid: number, name: string, start: number, end: number): TraceEvent => ({
    name,
    cat,
    ph: 'X',
    pid,
    tid,
    ts: start,
    dur: end - start,
  });
  for (const { name, start, end } of profile.ranges) events.push(span('step', main, name, start, end));
  for (const { name, start, end } of profile.modules) {
    events.push(span('module', main, name === '' ? '(network)' : name, start, end));
  }
  for (const { operator, phase, module } of timed) {
    const { name, start, end, thread, sequence, onDevice } = operator;
    const args = {
      phase,
      sequence,
      ...(module === null ? {} : { module }),
      ...(onDevice === null ? {} : { device_us: onDevice }),
    };
    events.push({ ...span('operator', thread, name, start, end), args });
  }
  return { displayTimeUnit: 'ms', traceEvents: events };
}
