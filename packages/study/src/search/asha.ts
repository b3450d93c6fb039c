import type { Config } from '@radweave/artifacts';

/** How a search goes on: asynchronous successive halving (Li et al., MLSys 2020); with one rung it is a random search. */
export interface Search {
  trials: number;
  /** Epochs after which trials are compared, rising. */
  rungs: readonly number[];
  /** Of so many trials of a rung one is trained on. */
  reduction: number;
}

/** A trial, from 1, to be trained up to a rung, from 0. */
export interface Piece {
  trial: number;
  rung: number;
}

export interface Known {
  /** The score of a finished one, null where it has none; undefined before. */
  scoreOf(piece: Piece): number | null | undefined;
  /** Whether somebody has begun it. */
  isBegun(piece: Piece): boolean;
}

/**
 * The epochs of the rungs: the last is the whole training, each before has `reduction` times fewer epochs, and there are no more
 * rungs than leave one trial for the last.
 */
export function rungsOf(
  { strategy, reduction, min_epochs }: Config['tune'],
  epochs: number,
  trials: number,
): number[] {
  const rungs = [epochs];
  if (strategy === 'random') return rungs;
  for (let share = reduction; epochs / share >= min_epochs && trials >= share; share *= reduction) {
    rungs.unshift(Math.round(epochs / share));
  }
  return rungs;
}

/** The best trials of a rung that may be trained on, best first: the share `1 / reduction` of those that are finished. */
export function promotable(rung: number, { trials, reduction }: Search, { scoreOf }: Known): number[] {
  const finished = numbersTo(trials).flatMap((trial) => {
    const score = scoreOf({ trial, rung });
    return score === undefined ? [] : [{ trial, score }];
  });
  return finished
    .toSorted((a, b) => (b.score ?? -1) - (a.score ?? -1) || a.trial - b.trial)
    .slice(0, Math.floor(finished.length / reduction))
    .flatMap(({ trial, score }) => (score === null ? [] : [trial]));
}

/**
 * What to do next, in the order in which whoever is free takes it: what was begun, then promotions from the highest rung down, the best
 * first, then new trials. Empty where the search is over.
 */
export function nextPieces(search: Search, known: Known): Piece[] {
  const { trials, rungs } = search;
  const isOpen = (piece: Piece): boolean => known.scoreOf(piece) === undefined;
  const begun: Piece[] = [];
  const promoted: Piece[] = [];
  for (let rung = rungs.length - 1; rung > 0; rung--) {
    const best = promotable(rung - 1, search, known);
    for (const trial of [...best, ...numbersTo(trials).filter((one) => !best.includes(one))]) {
      const piece = { trial, rung };
      if (!isOpen(piece)) continue;
      if (known.isBegun(piece)) begun.push(piece);
      else if (best.includes(trial)) promoted.push(piece);
    }
  }
  const fresh = numbersTo(trials)
    .map((trial): Piece => ({ trial, rung: 0 }))
    .filter(isOpen);
  return [...begun, ...promoted, ...fresh];
}

/** Whether a finished piece may yet be trained on, whatever comes of those that are not finished: else its checkpoints may go. */
export function mayGoOn({ trial, rung }: Piece, search: Search, { scoreOf }: Known): boolean {
  const { trials, rungs, reduction } = search;
  const score = scoreOf({ trial, rung }) ?? null;
  if (score === null || rung === rungs.length - 1) return false;
  const better = numbersTo(trials).filter((other) => {
    const its = scoreOf({ trial: other, rung }) ?? null;
    return its !== null && (its > score || (its === score && other < trial));
  });
  return better.length < Math.floor(trials / reduction);
}

const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
