// Runs the checks of scripts/gpu-proof, most valuable first, and writes each result as it comes: results.jsonl, then
// gpu-proof.json and a table. A check that fails or runs out of its time stops no other.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cohorts } from './checks/cohorts.mjs';
import { devices } from './checks/devices.mjs';
import { extraction } from './checks/extraction.mjs';
import { graphs } from './checks/graphs.mjs';
import { memory } from './checks/memory.mjs';
import { networks } from './checks/networks.mjs';
import { operators } from './checks/operators.mjs';
import { optimizers } from './checks/optimizers.mjs';
import { profiling } from './checks/profiling.mjs';
import { resuming } from './checks/resuming.mjs';
import { setUp } from './checks/set-up.mjs';
import { extractionSpeed, speed, warmCompiler } from './checks/speed.mjs';
import { together } from './checks/together.mjs';
import { trainings } from './checks/trainings.mjs';
import { Proof } from './proof.mjs';
import { sizesOf } from './sizes.mjs';

const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    out: { type: 'string' },
    device: { type: 'string', default: 'cuda' },
    small: { type: 'boolean', default: false },
    deadline: { type: 'string', default: '480' },
    only: { type: 'string' },
    networks: { type: 'string' },
  },
});
const sizes = sizesOf(values.small);
if (values.networks) sizes.networks = values.networks.split(',');
/** Checks of one line run at the same time, lines one after the other. */
const RIGHT = [
  [setUp],
  [cohorts],
  [operators, optimizers, trainings, resuming, profiling, devices],
  [networks, extraction, graphs],
  [memory],
  [together],
];
/** What is timed has the machine for itself. */
const FAST = [
  ...sizes.rows.map((row) => [speed(row)]),
  [extractionSpeed],
  ...sizes.compiledRows.map((row) => [speed({ ...row, isCompiled: true })]),
];

const out = values.out ?? join(values.work, 'out');
mkdirSync(out, { recursive: true });
const proof = new Proof({
  ...values,
  out,
  sizes,
  deadline: Number(values.deadline),
  root: join(values.work, 'radweave'),
});
const wanted = values.only?.split(',');
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(finish()));
try {
  await Promise.all([inTurn(RIGHT), inTurn([[warmCompiler]])]);
  await inTurn(FAST);
} catch (error) {
  proof.note('proof', 'broken off', false, String(error.stack));
}
process.exitCode = finish();

/** Writes what is known, whatever has happened. @returns the exit code. */
function finish() {
  proof.write(JSON.parse(readFileSync(join(values.work, 'radweave', 'pack.json'), 'utf8')));
  console.log(`\n${proof.summary()}`);
  return proof.results.some(({ ok }) => ok === false) ? 1 : 0;
}

async function inTurn(lines) {
  for (const line of lines) {
    await Promise.all(line.filter(isWanted).map((check) => proof.run(check)));
  }
}

/** `speed` stands for every row of it. */
function isWanted({ name }) {
  return wanted === undefined || wanted.includes(name) || wanted.includes(name.split(' ')[0]);
}
