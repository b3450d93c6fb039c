// npm run bench: every row of the speed targets, ours and PyTorch's in turns.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { alternate } from './alternate.mjs';
import { mergeRows, readEarlier } from './earlier.mjs';
import { allJobs } from './jobs.mjs';
import { describeMachine } from './machine.mjs';
import { measured } from './measure.mjs';
import { ROOT, readOptions } from './options.mjs';
import { chooseSides } from './peers.mjs';
import { writeReport } from './report.mjs';
import { rowsOf, verdict } from './rows.mjs';

function say(line) {
  process.stderr.write(`${line}\n`);
}

async function peakOf(jobs, quick) {
  if (!jobs.some(({ gflop }) => gflop !== undefined)) return null;
  const script = fileURLToPath(new URL('ours/peak.mjs', import.meta.url));
  const { json } = await measured([process.execPath, script, quick ? '3' : '15']);
  say(`peak: ${json.fp32.peak.toFixed(0)} GFLOP/s fp32, ${json.bf16.peak.toFixed(0)} bf16`);
  return json;
}

/** All rows, or those that `only` names. @throws Error when there are none. */
function askedJobs(all, only) {
  // Extra rows take long: a word inside their names, as in growth-10k-train, must not call them.
  const isAsked = ({ name, isExtra }) =>
    isExtra
      ? only.some((part) => name.startsWith(part))
      : only.length === 0 || only.some((part) => name.includes(part));
  const jobs = all.filter(isAsked);
  if (jobs.length > 0) return jobs;
  throw new Error(
    `no row is called ${only.join(' or ')}; there are ${all.map(({ name }) => name).join(', ')}`,
  );
}

async function main() {
  const settings = readOptions(process.argv.slice(2));
  if (settings.help) return void process.stdout.write(settings.usage);
  const all = allJobs(settings);
  if (settings.list) return void process.stdout.write(`${all.map(({ name }) => name).join('\n')}\n`);
  const jobs = askedJobs(all, settings.only);
  mkdirSync(settings.work, { recursive: true });
  const machine = describeMachine();
  say(`${machine.cpu}, ${machine.cores} cores, load ${machine.loadBefore}`);
  const { quick, rounds, workers, cores, slices } = settings;
  const kind = { quick, rounds, workers, cores, slices };
  const earlier = settings.keep ? readEarlier(settings.output, machine, kind) : null;
  const { sides, notes } = chooseSides(settings, say);
  const peak = await peakOf(jobs, settings.quick);
  const date = new Date().toISOString().slice(0, 10);
  const names = all.map(({ name }) => name);
  const found = {
    date,
    machine,
    peak: peak ?? earlier?.peak ?? null,
    settings: kind,
    notes: [...new Set([...(earlier?.notes ?? []), ...notes])],
  };
  // Rows without Debian's peers stand beside those that have them.
  const beside = settings.pythonOnly ? { beside: sides.map(({ label }) => label).join(', ') } : {};
  const rows = [];
  let paths = [];
  for (const job of jobs) {
    const results = await alternate(job, sides, job.rounds ?? settings.rounds, say);
    rows.push(...rowsOf(job, results, peak).map((row) => ({ ...row, ...beside, date })));
    // After each job: what took an hour must not be lost with the next.
    paths = await writeReport(settings.output, { ...found, rows: mergeRows(names, earlier, rows) });
  }
  for (const row of rows) process.stdout.write(`${line(row)}\n`);
  say(`\n${paths.map((path) => path.replace(ROOT, '')).join('\n')}`);
}

/** A row for the terminal. */
function line(row) {
  const { title, unit, results, ratios, share } = row;
  const ours = results.find(({ id }) => id === 'ours')?.median;
  const parts = [
    ours === undefined ? 'not measured' : `${ours.toPrecision(3)} ${unit}`,
    ...Object.entries(ratios).map(([id, ratio]) => `${ratio.toFixed(2)}× ${id}`),
    ...(share === undefined ? [] : [`${(100 * share).toFixed(0)} % of the limit`]),
    ...(row.isMet === undefined ? [] : [verdict(row)]),
  ];
  return `${title}: ${parts.join(', ')}`;
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
