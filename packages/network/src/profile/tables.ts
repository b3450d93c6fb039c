import type { Phase, TimedOperator } from './timeline.ts';

/** Time of all calls of one operator in one phase. */
export interface OperatorRow {
  phase: Phase;
  operator: string;
  /** Milliseconds in the operator itself, without the operators it called. */
  ms: number;
  /** Of the whole step, 0–1. */
  share: number;
  calls: number;
}

/** Time of the operators that belong to one module and to none below it. */
export interface ModuleRow {
  /** Dotted path; empty for the network itself. */
  module: string;
  forwardMs: number;
  backwardMs: number;
  /** Of the whole step, 0–1. */
  share: number;
}

/** Time of one phase; `outside operators` is JavaScript, conversions and waiting: on a GPU, its waiting for the next launch. */
export interface PhaseRow {
  phase: Phase | 'outside operators';
  ms: number;
  share: number;
}

const PHASES: readonly Phase[] = ['batch', 'forward', 'loss', 'backward', 'optimizer'];

/** Operators, the slowest first. `duration` is that of the step in µs. */
export function operatorRows(timed: readonly TimedOperator[], duration: number): OperatorRow[] {
  const rows = new Map<string, OperatorRow>();
  for (const { operator, phase, self } of timed) {
    const name = operator.name.replace(/^autograd::engine::evaluate_function: /, 'engine: ');
    const row = rows.get(`${phase} ${name}`) ?? { phase, operator: name, ms: 0, share: 0, calls: 0 };
    row.ms += self / 1000;
    row.calls++;
    rows.set(`${phase} ${name}`, row);
  }
  return shared([...rows.values()], duration, ({ ms }) => ms);
}

/** Modules, the slowest first; with `depth`, paths are cut to that many names and what lies below is counted there. */
export function moduleRows(timed: readonly TimedOperator[], duration: number, depth?: number): ModuleRow[] {
  const rows = new Map<string, ModuleRow>();
  for (const { module, phase, self } of timed) {
    if (module === null) continue;
    const path = module.split('.').slice(0, depth).join('.');
    const row = rows.get(path) ?? { module: path, forwardMs: 0, backwardMs: 0, share: 0 };
    row[phase === 'backward' ? 'backwardMs' : 'forwardMs'] += self / 1000;
    rows.set(path, row);
  }
  return shared([...rows.values()], duration, ({ forwardMs, backwardMs }) => forwardMs + backwardMs);
}

/** Phases in their order, those that did not occur left out. */
export function phaseRows(timed: readonly TimedOperator[], duration: number): PhaseRow[] {
  const sums = new Map<Phase, number>();
  for (const { phase, self } of timed) sums.set(phase, (sums.get(phase) ?? 0) + self);
  const inside = [...sums.values()].reduce((sum, value) => sum + value, 0);
  const row = (phase: PhaseRow['phase'], time: number): PhaseRow => ({
    phase,
    ms: time / 1000,
    share: time / duration,
  });
  return [
    ...PHASES.flatMap((phase) => {
      const time = sums.get(phase);
      return time === undefined ? [] : [row(phase, time)];
    }),
    row('outside operators', Math.max(0, duration - inside)),
  ];
}

function shared<Row extends { share: number }>(
  rows: Row[],
  duration: number,
  ms: (row: Row) => number,
): Row[] {
  for (const row of rows) row.share = (ms(row) * 1000) / duration;
  return rows.sort((a, b) => b.share - a.share);
}
