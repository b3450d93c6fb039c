// Hurts every command of a tiny study, and compares what comes of it with what an unhurt one leaves; gives every reader
// damaged and hostile files; lets one process work for hours:
//   npm run campaign -- kills --n 300
//   npm run campaign -- fuzz --seconds 600
//   npm run campaign -- soak --hours 2
//   npm run campaign -- workers --n 60
//   npm run campaign -- network
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, planFaults, planFull } from './faults.mjs';
import { kill, planKills } from './kills.mjs';
import { randomOf } from './random.mjs';
import { MAY_DIFFER } from './trees.mjs';
import { Campaign } from './trial.mjs';

const HELP = `npm run campaign -- kills|faults|full|fuzz|soak|workers|network [options]

  kills          kills each command with SIGKILL before every n-th file operation and at random moments, runs the same
                 command again, and compares the study with that of an uninterrupted one, byte for byte
  faults         lets a file operation fail once (EIO, EACCES, ENOENT, half a write; ENOSPC stays), looks at error and exit code, at what
                 was there before, and at what the same command leaves then
  full           the same of a disk that is full from an operation on that writes

  fuzz           gives every reader changed files: each must be taken or refused with an error that tells what to do, within a
                 second, and with no more memory than 64 MB and eight times the file
  soak           lets one process do the whole job of a study again and again, and fails where memory, handles, open files, threads
                 or files left behind grow from round to round
  workers        lets many workers do 200 small tasks, half of them on made-up computers with clocks that are wrong, and kills them at
                 their tasks: each task must be finished, by one worker at a time, and right
  network        trains one network on two made-up machines, kills one, pulls their cable, or stops one for a while

  --n N          trials of kills, faults and full, shared out among the commands (default 300); of workers, how many are killed
  --seed S       which moments (default 1)
  --only NAME    only this command; may be repeated
  --target NAME  only this reader; may be repeated
  --seconds N    how long to fuzz (default 60, with --executions as long as it takes)
  --executions N how many inputs each reader gets
  --from N       number of the first of them (default 0): goes on where an earlier run with the same seed ended
  --workers N    how many work (default 50)
  --hours N      how long a soak lasts (default 2)
  --findings DIR where to keep the files that a reader does not stand (default build/fuzz)
  --log FILE     also write a line for each trial there
`;

const KINDS = {
  kills: { plan: planKills, one: kill, reads: false },
  faults: { plan: planFaults, one: fail, reads: true },
  full: { plan: planFull, one: fail, reads: false },
};

async function fuzzing({ seconds, executions: most, from, seed, target: only, findings }, say) {
  const { fuzz } = await import('./fuzz/fuzz.mjs');
  const { TARGETS } = await import('./fuzz/targets.mjs');
  const unknown = only.find((name) => !(name in TARGETS));
  if (unknown !== undefined) {
    process.stderr.write(`There is no target '${unknown}': ${Object.keys(TARGETS).join(', ')}\n`);
    return 2;
  }
  const { executions, faults } = await fuzz({
    seconds: Number(seconds ?? (most === undefined ? 60 : Infinity)),
    executions: most && Number(most),
    from: Number(from),
    seed: Number(seed),
    only,
    findings,
    say,
  });
  const counts = Object.entries(executions);
  for (const [name, count] of counts) say(`${name}: ${count}`);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  say(`${total} executions, ${faults.length} faults`);
  return faults.length === 0 ? 0 : 1;
}

const FEWEST_ROUNDS = 6;

async function soaking({ hours }, say) {
  const { soak, tableOf } = await import('./soak/soak.mjs');
  const { growth } = await import('./soak/growth.mjs');
  const samples = await soak({ seconds: 3600 * Number(hours), isWhole: true, say });
  if (samples.length < FEWEST_ROUNDS) {
    say(`${samples.length} rounds are too few to tell what grows: let it last longer (--hours)`);
    return 1;
  }
  for (const line of tableOf(samples)) say(line);
  return growth(samples).some(({ isGrowing }) => isGrowing) ? 1 : 0;
}

/** Does trials in a study that is prepared. @returns how many there were, how many were hit, and what was wrong in which. */
export async function trials(run, kind, { n, seed, timedPart, say }) {
  const { plan, one } = KINDS[kind];
  const short = (text) => text.replaceAll(`${run.study}/`, '');
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
}

async function campaign(kind, { only, say, ...how }) {
  const work = mkdtempSync(join(tmpdir(), 'radweave-campaign-'));
  const run = new Campaign(work);
  try {
    await run.prepare({ only, reads: KINDS[kind].reads, say });
    return await trials(run, kind, { say, ...how });
  } finally {
    run.close();
    rmSync(work, { recursive: true, force: true });
  }
}

async function crowding({ workers: many, n, seed }, say) {
  const { workers } = await import('./workers.mjs');
  const asked = { workers: Number(many), tasks: 200, kills: Number(n), seed: Number(seed) };
  return (await workers({ ...asked, say })).length === 0 ? 0 : 1;
}

/** As root of namespaces of its own, which may make networks. */
function networking() {
  const args = ['-Urn', process.execPath, join(import.meta.dirname, 'network.mjs')];
  return spawnSync('unshare', args, { stdio: 'inherit' }).status ?? 1;
}

/** Campaigns that have no study and no trials. */
const OTHERS = { fuzz: fuzzing, soak: soaking, workers: crowding, network: networking };

/** What the command line asks for; no kind, and what to say, where that is nothing. */
function asked() {
  const options = {
    n: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
    log: { type: 'string' },
    seconds: { type: 'string' },
    executions: { type: 'string' },
    from: { type: 'string', default: '0' },
    hours: { type: 'string', default: '2' },
    workers: { type: 'string', default: '50' },
    target: { type: 'string', multiple: true, default: [] },
    findings: { type: 'string', default: join('build', 'fuzz') },
    help: { type: 'boolean', default: false },
  };
  const usage = (why = '') => ({ kind: null, values: {}, why: `${why}${HELP}` });
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const [kind] = positionals;
    if (values.help) return usage();
    for (const name of ['n', 'workers', 'seed', 'seconds', 'executions', 'from']) {
      if (values[name] !== undefined && !/^\d+$/.test(values[name]))
        return usage(`--${name} must be a whole number, not '${values[name]}'\n\n`);
    }
    if (!(Number(values.hours) > 0))
      return usage(`--hours must be a number above 0, not '${values.hours}'\n\n`);
    return kind in OTHERS || kind in KINDS ? { kind, values } : usage();
  } catch (error) {
    return usage(`${error.message}\n\n`);
  }
}

async function main() {
  const { kind, values, why } = asked();
  if (kind === null) {
    const isHelp = process.argv.includes('--help');
    (isHelp ? process.stdout : process.stderr).write(why);
    process.exitCode = isHelp ? 0 : 2;
    return;
  }
  const say = (line) => {
    console.log(line);
    if (values.log !== undefined) appendFileSync(values.log, `${line}\n`);
  };
  if (kind in OTHERS) {
    process.exitCode = await OTHERS[kind](values, say);
    return;
  }
  const { only } = values;
  const {
    trials: count,
    hits,
    faults,
  } = await campaign(kind, {
    n: Number(values.n),
    seed: Number(values.seed),
    only,
    say,
  });
  say('Not compared:');
  for (const { path, text, why } of MAY_DIFFER)
    say(`  ${text === undefined ? path : `${text} in ${path}`}: ${why}`);
  say(`${count} ${kind}, ${hits} of them hit, ${count - faults.length} came out well`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) await main();
