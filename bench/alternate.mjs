// Takes turns: machines drift, so every round lets each side run once.
import { median } from './median.mjs';
import { Skipped } from './skipped.mjs';

/**
 * Measures a job on every side, round by round. A side that has no part or fails is left out of the later rounds, with the
 * reason.
 *
 * @returns the row: per side all values, their median and range, and what else the last run told.
 */
export async function alternate(job, sides, rounds, say) {
  const found = new Map(
    sides.map((side) => [side.id, { id: side.id, label: side.label, values: [], runs: [] }]),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const side of sides) {
      const result = found.get(side.id);
      if (result.skipped !== undefined) continue;
      try {
        const run = await job.measure(side);
        result.values.push(run.value);
        result.runs.push(run);
        say(`${job.name} ${round}/${rounds}  ${side.label}: ${run.value.toPrecision(4)} ${job.unit}`);
      } catch (error) {
        result.skipped = error instanceof Error ? error.message : String(error);
        if (!(error instanceof Skipped)) say(`${job.name}  ${side.label} is left out: ${result.skipped}`);
      }
    }
  }
  return [...found.values()].map(summary);
}

function summary({ id, label, values, runs, skipped }) {
  if (values.length === 0) return { id, label, skipped };
  const peaks = runs.map(({ peakMb }) => peakMb).filter((peak) => peak !== null && peak !== undefined);
  return {
    id,
    label,
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    values,
    peakMb: peaks.length === 0 ? null : median(peaks),
    precision: runs.at(-1).precision,
    ...(runs.at(-1).libtorch === undefined ? {} : { libtorch: runs.at(-1).libtorch }),
    ...(skipped === undefined ? {} : { skipped }),
  };
}
