// Whether what a process holds grows from round to round.

/** After so many rounds caches are full, and what is loaded once is loaded. */
export const warmUpOf = (rounds) => Math.min(10, Math.floor(rounds / 2));

/** How much of each may be added in one round. */
const MOST = [
  // Node.js loses one now and then where a thread ends soon after those that it has started; locks that leave one add more.
  [/^ports$/, 2],
  // Memory is given back in pages, at moments of its own.
  [/^resident MB$/, 0.5],
  [/^heap MB$/, 0.1],
  [/ MB$/, 0.25],
];

/** The middle of the slopes between all pairs of rounds (Theil and Sen): single rounds that are far off do not count. */
function slopeOf(values) {
  const slopes = [];
  for (let j = 1; j < values.length; j++) {
    for (let i = 0; i < j; i++) slopes.push((values[j] - values[i]) / (j - i));
  }
  slopes.sort((a, b) => a - b);
  const half = slopes.length / 2;
  return (slopes[Math.ceil(half) - 1] + slopes[Math.floor(half)]) / 2;
}

/**
 * The trend of each quantity after the first rounds. What is counted grows where the trend adds one or more over all rounds.
 *
 * @param samples of every round, what was held by its name; what one lacks is 0.
 */
export function growth(samples) {
  const later = samples.slice(warmUpOf(samples.length));
  return [...new Set(samples.flatMap(Object.keys))].map((name) => {
    const values = later.map((sample) => sample[name] ?? 0);
    const perRound = slopeOf(values);
    const most = MOST.find(([pattern]) => pattern.test(name))?.[1] ?? 1 / (values.length - 1);
    return {
      name,
      first: values[0],
      last: values.at(-1),
      least: Math.min(...values),
      largest: Math.max(...values),
      perRound,
      isGrowing: perRound >= most,
    };
  });
}
