import type { MeasuredSpeeds, Precision } from '@radweave/artifacts';

export type Speeds = Omit<MeasuredSpeeds, 'measured'>;

export interface TurnOptions {
  candidates: readonly Precision[];
  /** Slices of a step of the real work. */
  batch: number;
  /** One step of the work. */
  step(precision: Precision, slices: number): void;
  /** Milliseconds. */
  now(): number;
  /** Milliseconds that all of it may take. */
  budget: number;
  /** After each step; throws to end there. */
  onStep(done: number, total: number): void;
}

/** Steps of each precision at the size that is compared, as far as the budget goes. */
const ROUNDS = 5;

/** Of these the budget must allow so many: the first ones also choose kernels and get memory. */
const LEAST_ROUNDS = 2;

/** Steps of a few slices each that tell how many slices the budget allows. */
const TRIALS = 2;

/** Slices of those. */
const FEW = 4;

/** The second trial, which no longer chooses kernels, is left out when the first took this share of the budget. */
const LONG_TRIAL = 1 / 6;

/** A precision whose least time of two or more is so many times the fastest one's gets no more turns. */
const CLEARLY_SLOWER = 1.5;

/**
 * Times a step of the work in each precision, in turns, and takes the least time of each: other work on the machine can only
 * slow a step down, and slows down all precisions alike. Where steps of the real size would take longer than the budget, they have
 * fewer slices, as many as it allows: of few slices the order may be another.
 */
export function timeInTurns(options: TurnOptions): Speeds {
  const { candidates, batch, now, budget } = options;
  const started = now();
  const total = candidates.length * (TRIALS + ROUNDS);
  let done = 0;
  const timed = (precision: Precision, slices: number): number => {
    const before = now();
    options.step(precision, slices);
    const took = now() - before;
    options.onStep(++done, total);
    return took;
  };
  const left = (): number => budget - (now() - started);
  const few = Math.min(FEW, batch);
  const trials = candidates.map((precision) => {
    const first = timed(precision, few);
    return first > budget * LONG_TRIAL ? first : Math.min(first, timed(precision, few));
  });
  const round = trials.reduce((sum, ms) => sum + ms, 0) / few;
  const slices = Math.max(few, Math.min(batch, Math.floor(left() / (LEAST_ROUNDS * round))));
  const least = new Map(
    candidates.map((precision, i) => [precision, slices === few ? trials[i] : undefined]),
  );
  let running = candidates;
  for (let turn = 0; turn < ROUNDS && (turn === 0 || running.length > 1); turn++) {
    for (const precision of running) {
      const known = least.get(precision);
      if (known !== undefined && known > left()) continue;
      least.set(precision, Math.min(known ?? Number.POSITIVE_INFINITY, timed(precision, slices)));
    }
    if (turn > 0) running = running.filter((precision) => !isClearlySlower(precision, least));
  }
  options.onStep(total, total);
  const perSecond = candidates.map((precision) => ({
    precision,
    speed: (1000 * slices) / (least.get(precision) ?? Number.POSITIVE_INFINITY),
  }));
  return { slices, perSecond };
}

function isClearlySlower(precision: Precision, least: ReadonlyMap<Precision, number | undefined>): boolean {
  const times = [...least.values()].filter((ms) => ms !== undefined);
  return (least.get(precision) ?? 0) > CLEARLY_SLOWER * Math.min(...times);
}
