import { configure } from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { type Known, mayGoOn, nextPieces, type Piece, rungsOf, type Search } from './asha.ts';

const rungsFor = (tune: object, epochs: number, trials: number): number[] =>
  rungsOf(configure({ tune }).tune, epochs, trials);

test.each([
  ['a whole number of halvings', { reduction: 3, min_epochs: 1 }, 81, 100, [1, 3, 9, 27, 81]],
  ['others, the last being the whole training', { reduction: 3, min_epochs: 1 }, 100, 27, [4, 11, 33, 100]],
  ['fewest epochs', { reduction: 2, min_epochs: 5 }, 20, 100, [5, 10, 20]],
  ['no more rungs than leave one trial', { reduction: 3 }, 81, 9, [9, 27, 81]],
  ['one rung where trials are too few', { reduction: 3 }, 81, 2, [81]],
  ['one rung of a random search', { strategy: 'random' }, 81, 100, [81]],
])('rungs: %s', (_, tune, epochs, trials, expected) => {
  expect(rungsFor(tune, epochs, trials)).toEqual(expected);
});

/** What happened in a search, in order: a worker was given a piece (or null: it waits), or a piece got its score. */
type Event = ['ask', [trial: number, rung: number] | null] | ['done', number, number, number | null];

/** Workers go through a search, with scores and durations by chance; those of a trial are ever alike, with ties and failures. */
function simulate(search: Search, workers: number, seed: number): Event[] {
  const random = new Random(seed, 'search');
  const quality = Array.from({ length: search.trials }, () => random.below(12) / 12);
  const scores = new Map<string, number | null>();
  const begun = new Set<string>();
  const nameOf = ({ trial, rung }: Piece): string => `${trial}/${rung}`;
  const known: Known = {
    scoreOf: (piece) => scores.get(nameOf(piece)),
    isBegun: (piece) => begun.has(nameOf(piece)),
  };
  const events: Event[] = [];
  const running: { piece: Piece; until: number }[] = [];
  for (let now = 0; ; ) {
    while (running.length < workers) {
      const next = nextPieces(search, known).find((piece) => !begun.has(nameOf(piece)));
      events.push(['ask', next === undefined ? null : [next.trial, next.rung]]);
      if (next === undefined) break;
      begun.add(nameOf(next));
      running.push({ piece: next, until: now + 1 + random.below(50) });
    }
    running.sort((a, b) => a.until - b.until);
    const first = running.shift();
    if (first === undefined) return events;
    now = first.until;
    const { trial, rung } = first.piece;
    const score = random.below(15) === 0 ? null : (quality[trial - 1] ?? 0) + random.below(3) / 12;
    scores.set(nameOf(first.piece), score);
    events.push(['done', trial, rung, score]);
  }
}

/** Algorithm 2 of Li et al., "A System for Massively Parallel Hyperparameter Tuning" (2020), with as many configurations as are to be tried. */
const PAPER = `
import json, sys
def decisions(case):
    eta, top = case['reduction'], len(case['rungs']) - 1
    rungs = [dict() for _ in range(top + 1)]
    promoted = [set() for _ in range(top + 1)]
    sampled = 0
    for event in case['events']:
        if event[0] == 'done':
            _, trial, rung, score = event
            rungs[rung][trial] = score
            continue
        job = None
        for k in range(top - 1, -1, -1):
            ranked = sorted(rungs[k], key=lambda t: (-1 if rungs[k][t] is None else rungs[k][t], -t), reverse=True)
            candidates = [t for t in ranked[:len(ranked) // eta] if rungs[k][t] is not None]
            promotable = [t for t in candidates if t not in promoted[k]]
            if promotable:
                promoted[k].add(promotable[0])
                job = [promotable[0], k + 1]
                break
        if job is None and sampled < case['trials']:
            sampled += 1
            job = [sampled, 0]
        yield job
print(json.dumps([list(decisions(case)) for case in json.load(sys.stdin)]))
`;

const CASES = [1, 2, 3, 4].flatMap((reduction) =>
  [1, 3, 7].flatMap((workers) =>
    [5, 30, 60].map((trials, seed) => {
      const strategy = reduction === 1 ? 'random' : 'asha';
      const tune = { strategy, reduction: Math.max(2, reduction) } as const;
      const search = { trials, reduction: tune.reduction, rungs: rungsFor(tune, 100, trials) };
      return { ...search, events: simulate(search, workers, seed) };
    }),
  ),
);

referenceTest(
  'every decision is that of the paper’s algorithm in Python, for one worker and several',
  [],
  () => {
    const expected = pythonJson<unknown[]>(PAPER, { input: JSON.stringify(CASES) });
    expect(expected.flat().length).toBeGreaterThan(1000);
    for (const [i, { events }] of CASES.entries()) {
      expect(events.flatMap(([kind, given]) => (kind === 'ask' ? [given] : []))).toEqual(expected[i]);
    }
  },
);

test('checkpoints are given up only of trials that are never trained on', () => {
  for (const search of CASES) {
    const scores = new Map<string, number | null>();
    const dropped = new Set<string>();
    const known: Known = {
      scoreOf: ({ trial, rung }) => scores.get(`${trial}/${rung}`),
      isBegun: () => false,
    };
    for (const event of search.events) {
      if (event[0] === 'ask') {
        const [trial, rung] = event[1] ?? [0, 0];
        if (rung > 0) expect(dropped).not.toContain(`${trial}/${rung - 1}`);
        continue;
      }
      scores.set(`${event[1]}/${event[2]}`, event[3]);
      for (const name of scores.keys()) {
        const [trial = 0, rung = 0] = name.split('/').map(Number);
        if (!mayGoOn({ trial, rung }, search, known)) dropped.add(name);
      }
    }
    expect(dropped.size).toBeGreaterThan(search.trials / 2);
  }
});

test('what was begun and left goes on first', () => {
  const search = { trials: 4, rungs: [1, 2], reduction: 2 };
  const scores: Record<string, number> = { '1/0': 0.6, '2/0': 0.7 };
  const known: Known = {
    scoreOf: ({ trial, rung }) => scores[`${trial}/${rung}`],
    // It was the best when it was begun.
    isBegun: ({ trial, rung }) => trial === 1 && rung <= 1,
  };
  expect(nextPieces(search, known)).toEqual([
    { trial: 1, rung: 1 },
    { trial: 2, rung: 1 },
    { trial: 3, rung: 0 },
    { trial: 4, rung: 0 },
  ]);
});
