// Hurts every command of a tiny study, and compares what comes of it with what an unhurt one leaves:
//   npm run campaign -- kills --n 300
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, planFaults } from './faults.mjs';
import { kill, planKills } from './kills.mjs';
import { MAY_DIFFER } from './trees.mjs';
import { Campaign } from './trial.mjs';

const HELP = `npm run campaign -- kills|faults [options]

  kills          kills each command with SIGKILL before every n-th file operation and at random moments, runs the same
                 command again, and compares the study with that of an uninterrupted one, byte for byte
  faults         lets a file operation fail once (ENOSPC, EIO, EACCES, ENOENT, half a write), looks at error and exit code, at what
                 was there before, and at what the same command leaves then

  --n N          trials, shared out among the commands (default 300)
  --seed S       which moments (default 1)
  --only NAME    only this command; may be repeated
  --log FILE     also write a line for each trial there
`;

const KINDS = {
  kills: { plan: planKills, one: kill, reads: false },
  faults: { plan: planFaults, one: fail, reads: true },
};

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

/** Does a campaign. @returns how many trials there were, how many were hit, and what was wrong in which. */
export async function campaign(kind, { n, seed, only = [], timedPart, say }) {
  const { plan, one, reads } = KINDS[kind];
  const work = mkdtempSync(join(tmpdir(), 'radweave-campaign-'));
  const run = new Campaign(work);
  const short = (text) => text.replaceAll(`${run.study}/`, '');
  try {
    await run.prepare({ only, reads, say });
    const result = { trials: 0, hits: 0, faults: [] };
    for (const trial of plan(run.stages, { n, random: randomOf(seed), timedPart })) {
      const { where, isHit, lines } = await one(run, trial);
      result.trials++;
      if (isHit) result.hits++;
      const told = `${trial.stage.name}, ${short(where)}: ${lines.length === 0 ? 'ok' : 'WRONG'}`;
      say(`${result.trials}. ${told}`);
      for (const line of lines) say(`    ${short(line)}`);
      if (lines.length > 0) result.faults.push([told, ...lines.map(short)]);
    }
    return result;
  } finally {
    run.close();
    rmSync(work, { recursive: true, force: true });
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      n: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', multiple: true, default: [] },
      log: { type: 'string' },
    },
  });
  const [kind] = positionals;
  if (!(kind in KINDS)) {
    process.stderr.write(HELP);
    process.exitCode = 2;
    return;
  }
  const say = (line) => {
    console.log(line);
    if (values.log !== undefined) appendFileSync(values.log, `${line}\n`);
  };
  const { only } = values;
  const { trials, hits, faults } = await campaign(kind, {
    n: Number(values.n),
    seed: Number(values.seed),
    only,
    say,
  });
  say('Not compared:');
  for (const { path, text, why } of MAY_DIFFER)
    say(`  ${text === undefined ? path : `${text} in ${path}`}: ${why}`);
  say(`${trials} ${kind}, ${hits} of them hit, ${trials - faults.length} came out well`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) await main();
