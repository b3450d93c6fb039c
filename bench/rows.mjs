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
      of: name,
      title: `peak resident memory of the process tree, ${title}`,
      unit: 'MB',
      targets: job.memory,
      results: measured.map(({ id, label, median }) => ({ id, label, median })),
      // Here the ratio is ours to theirs: smaller is better.
      ...against(measured, 'median', true),
    });
  }
  return rows.map((row) => ({ ...row, ...evaluated(row) }));
}

/** What is said of a row that has targets. */
export function verdict({ isMet, missed }) {
  if (isMet === null) return 'not known whether met';
  if (!isMet) return `not met: ${missed.join(', ')}`;
  return missed.length === 0 ? 'met' : `met by the share; below the aim: ${missed.join(', ')}`;
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

/**
 * `isMet` is null when what a target speaks of was not measured; nothing without targets. A ratio depends on how well the
 * peer uses this machine, the share of the limit does not: where they disagree, the share decides.
 */
function evaluated({ targets, ratios, share, results }) {
  const checks = [
    ['plain', check(targets.plain, ratios.plain, (target, value) => value >= target)],
    ['tuned', check(targets.tuned, ratios.tuned, (target, value) => value >= target)],
    ['OpenVINO', check(targets.openvino, ratios.openvino, (target, value) => value >= target)],
    ['share', check(targets.share, share, (target, value) => value >= target)],
    ['plain', check(targets.plainAtMost, ratios.plain, (target, value) => value <= target)],
    ['tuned', check(targets.tunedAtMost, ratios.tuned, (target, value) => value <= target)],
    ['memory', check(targets.megabytes, results[0]?.median, (target, value) => value < target)],
    ['seconds', check(targets.seconds, results[0]?.median, (target, value) => value < target)],
    ['libtorch not loaded', check(targets.seconds && 1, results[0]?.libtorch, (_, isMapped) => !isMapped)],
  ].filter(([, isHeld]) => isHeld !== undefined);
  if (checks.length === 0) return {};
  const missed = checks.filter(([, isHeld]) => isHeld === false).map(([name]) => name);
  if (targets.share !== undefined && share !== undefined) return { isMet: !missed.includes('share'), missed };
  const isUnknown = missed.length === 0 && checks.some(([, isHeld]) => isHeld === null);
  return { isMet: isUnknown ? null : missed.length === 0, missed };
}

function check(target, value, holds) {
  if (target === undefined) return undefined;
  return value === undefined ? null : holds(target, value);
}
