/** What must be reached, by job: times of the plain and of the tuned peer; for extraction, of the better of both. */
const AIMS = { 32: { plain: 3, tuned: 2.5 }, 128: { tuned: 1.5 }, extract: { better: 2 } };
const PEERS = ['plain', 'tuned', 'compiled'];

/**
 * The results of all runs. Where several did the same the last one counts; what was wrong stays until the same, or a part of it,
 * is evaluated again.
 *
 * @param runs in the order of time.
 */
export function merged(runs) {
  const all = new Map();
  for (const { made, results } of runs) {
    for (const result of results) {
      for (const [key, { check, what, ok }] of all) {
        if (ok === false && check === result.check && `${result.what} `.startsWith(`${what} `))
          all.delete(key);
      }
      all.set(`${result.check}\n${result.what}`, { ...result, made });
    }
  }
  return [...all.values()];
}

/** Rows of speed: what was timed, by whom, and how ours stands to the peers. */
export function speedRows(results) {
  const rows = new Map();
  for (const { check, what, value } of results) {
    const [kind, ...job] = check.split(' ');
    if (!/^(speed|compiled)$/.test(kind) || typeof value !== 'object' || value === null) continue;
    const name = job.join(' ');
    rows.set(name, { name, ...rows.get(name), [what]: value });
  }
  return [...rows.values()].filter(({ ours }) => ours !== undefined).map(withRatios);
}

function withRatios(row) {
  const rate = (value) => value?.slices_per_s ?? value?.all;
  const own = rate(row.ours);
  const times = Object.fromEntries(
    PEERS.filter((peer) => row[peer]).map((peer) => [peer, own / rate(row[peer])]),
  );
  const aim = AIMS[row.name.split(' ').at(-1)] ?? {};
  const better = Math.min(...Object.values(times));
  const missed = Object.entries(aim).filter(
    ([peer, least]) => (peer === 'better' ? better : times[peer]) < least,
  );
  return { ...row, rate: own, times, aim, missed: missed.map(([peer]) => peer) };
}

/** docs/benchmarks-cuda.md */
export function page(runs) {
  const results = merged(runs);
  return [
    '# On a GPU\n',
    'Written by `node bench/gpu/record.mjs` from runs of [`scripts/gpu-proof`](gpu-proof.md), which tells what each check is.\n',
    'Results stand in [benchmarks-cuda.json](benchmarks-cuda.json) as they came, without the folder of the machine. A row is one run: small',
    'differences mean nothing.\n',
    table(['run', 'card', 'driver', 'PyTorch', 'cuDNN', 'cores'], runs.map(runRow)),
    ...runs.filter(({ note }) => note).map(({ made, note }) => `- ${minute(made)}: ${note}.\n`),
    '## What is right\n',
    ...checks(results),
    '## How fast\n',
    'Slices per second from PNG in the best epoch after the first; extraction from the start of the stage to the last file, the peers',
    'from the start of their loop. In brackets what training took of the card: ours is everything, CUDA included, the peers count',
    'their tensors alone, so the two do not compare.\n',
    speedTable(results),
    'Seconds of three epochs: ours is the whole command, from its start to the evaluation, with checkpoints; the peers are their loop',
    'alone.\n',
    secondsTable(results),
  ].join('\n');
}

const minute = (made) => made.slice(0, 16).replace('T', ' ');

function runRow({ made, results }) {
  const machine = results.find(({ what }) => what === 'machine')?.value ?? {};
  const { gpu, driver, torch, cudnn, cores } = machine;
  return [minute(made), gpu, driver, torch, cudnn, cores];
}

function checks(results) {
  const evaluated = byCheck(results.filter(({ ok }) => ok !== null));
  const wrong = results.filter(({ ok }) => ok === false);
  const rows = [...evaluated].map(([check, own]) => {
    const right = own.filter(({ ok }) => ok).length;
    return [check, `${right} of ${own.length}`];
  });
  const list = wrong.map(
    ({ check, what, value, made }) => `- ${check}, ${what} (${made.slice(0, 10)}): ${oneLine(value)}`,
  );
  return [
    table(['check', 'right'], rows),
    ...(list.length > 0 ? ['What was wrong when it last ran:\n', ...list, ''] : []),
  ];
}

function byCheck(results) {
  const groups = new Map();
  for (const result of results) groups.set(result.check, [...(groups.get(result.check) ?? []), result]);
  return groups;
}

function oneLine(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.replace(/[\s`]+/g, ' ').slice(0, 160)}\``;
}

function speedTable(results) {
  const rows = speedRows(results).map(({ name, ours, rate, times, aim, missed, ...peers }) => [
    name,
    `${rate}${memory(ours)}`,
    ...PEERS.map((peer) => (peers[peer] ? `${peers[peer].slices_per_s}${memory(peers[peer])}` : '')),
    ...PEERS.map((peer) => times[peer]?.toFixed(2) ?? ''),
    ours.busy_percent === undefined ? '' : `${ours.busy_percent} %`,
    Object.entries(aim)
      .map(([peer, least]) => `≥ ${least}× ${peer}`)
      .join(', '),
    missed.length > 0 ? `not met: ${missed.join(', ')}` : Object.keys(aim).length > 0 ? 'met' : '',
  ]);
  const heads = ['job', 'Radweave', ...PEERS, ...PEERS.map((peer) => `× ${peer}`), 'busy', 'aim', 'result'];
  return table(heads, rows);
}

function memory({ memory_mib: mib }) {
  return mib === undefined ? '' : ` (${mib} MiB)`;
}

function secondsTable(results) {
  const rows = speedRows(results).map(({ name, ours, plain, tuned }) => [
    name,
    ours.command,
    ours.first ?? '',
    plain?.loop ?? plain?.seconds ?? '',
    tuned?.loop ?? tuned?.seconds ?? '',
  ]);
  return table(
    ['job', 'Radweave, whole command', 'of it the first epoch', 'plain, loop', 'tuned, loop'],
    rows,
  );
}

function table(heads, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell ?? '').join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line), ''].join('\n');
}
