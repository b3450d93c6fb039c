// From measurements to rows: ratios to the peers, share of the arithmetic limit, and whether the targets are met.

/** The rows of one job: its own, and that of memory where it is taken from this job. */
export function rowsOf(job, results, peak) {
  const { name, title, unit, isMoreBetter, targets } = job;
  const rows = [{ name, title, unit, targets, results, ...against(results, 'median', isMoreBetter) }];
  const ours = results.find(({ id }) => id === 'ours');
  if (job.gflop !== undefined && ours?.median !== undefined && peak !== null) {
    const limit = peak[ours.precision === 'bf16' ? 'bf16' : 'fp32']?.peak;
    if (limit !== undefined) Object.assign(rows[0], { share: (ours.median * job.gflop) / limit, limit });
  }
  if (job.memory !== undefined) {
    const memory = results.map((result) => ({ ...result, median: result.peakMb ?? undefined }));
    const measured = memory.filter(({ median }) => median !== undefined);
    rows.push({
      name: 'memory',
      title: `peak resident memory of the process tree, ${title}`,
      unit: 'MB',
      targets: job.memory,
      results: measured.map(({ id, label, median }) => ({ id, label, median })),
      // Here the ratio is ours to theirs: smaller is better.
      ...against(measured, 'median', true),
    });
  }
  return rows.map((row) => ({ ...row, isMet: isMet(row) }));
}

/** What is said of a row that has targets. */
export function verdict(isMet) {
  if (isMet === null) return 'not known whether met';
  return isMet ? 'met' : 'not met';
}

/** Ratios of ours to each peer, above 1 when ours is faster. */
function against(results, field, isMoreBetter) {
  const ours = results.find(({ id }) => id === 'ours')?.[field];
  const ratios = {};
  for (const result of results) {
    const theirs = result[field];
    if (result.id === 'ours' || ours === undefined || theirs === undefined) continue;
    ratios[result.id] = isMoreBetter ? ours / theirs : theirs / ours;
  }
  return { ratios };
}

/** Null when what a target speaks of was not measured; undefined without targets. */
function isMet({ targets, ratios, share, results }) {
  const checks = [
    check(targets.plain, ratios.plain, (target, value) => value >= target),
    check(targets.tuned, ratios.tuned, (target, value) => value >= target),
    check(targets.share, share, (target, value) => value >= target),
    check(targets.plainAtMost, ratios.plain, (target, value) => value <= target),
    check(targets.tunedAtMost, ratios.tuned, (target, value) => value <= target),
    check(targets.seconds, results[0]?.median, (target, value) => value < target),
    check(targets.seconds && 1, results[0]?.libtorch, (_, isMapped) => !isMapped),
  ].filter((one) => one !== undefined);
  if (checks.length === 0) return undefined;
  if (checks.includes(false)) return false;
  return checks.includes(null) ? null : true;
}

function check(target, value, holds) {
  if (target === undefined) return undefined;
  return value === undefined ? null : holds(target, value);
}
