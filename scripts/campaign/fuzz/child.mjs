// The process in which readers are fuzzed: it may crash or hang. It notes each execution before it begins it, and behind that where all
// readers have got to.
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { corpusOf, execute, executeAlone, fitTogether, hasRisen, inputOf } from './execute.mjs';
import { putInto } from './targets.mjs';

/** Bytes of the first line of the notes. */
const LINE = 80;

/** Each reader gets a turn of this length: those that are slow too. */
const TURN_MS = 250;

/** After so many executions it is asked how much memory they took; all of them are looked into where that was much. */
const TOGETHER = 16;

/** Errors that are thrown at the same place are one fault, which is told once; how much memory is taken is always looked at. */
const faultOf = (name, what) =>
  what === 'memory' ? Symbol(name) : `${name} ${/^\s+at .*$/m.exec(what)?.[0] ?? what}`;

/** @param job names, seed, next (index of each), most (end of the indices), seconds, folder. */
async function fuzz({ names, seed, next, most, seconds, folder }) {
  const notes = openSync(join(folder, 'now'), 'w');
  const put = putInto(folder);
  const wrong = [];
  const told = new Set();
  let since = [];
  const lookAtMemory = () => {
    if (hasRisen()) wrong.push(...since.map((one) => ({ ...one, what: 'memory' })));
    since = [];
  };
  const end = Date.now() + 1000 * seconds;
  const isLeft = (name) => next[name] < (most ?? Infinity);
  do {
    for (const name of names.filter(isLeft)) {
      writeSync(notes, JSON.stringify(next), LINE);
      const turn = Math.min(end, Date.now() + TURN_MS);
      do {
        const index = next[name]++;
        writeSync(notes, `${JSON.stringify([name, index]).padEnd(LINE - 1)}\n`, 0);
        const what = await execute(name, inputOf(name, seed, index), put);
        if (since.push({ name, index }) === TOGETHER) lookAtMemory();
        if (what === null || told.has(faultOf(name, what))) continue;
        told.add(faultOf(name, what));
        wrong.push({ name, index, what });
      } while (isLeft(name) && (Date.now() < turn || next[name] < corpusOf(name).length));
    }
  } while (Date.now() < end && names.some(isLeft));
  lookAtMemory();
  writeFileSync(join(folder, 'done'), JSON.stringify({ next, wrong }));
}

const [job] = process.argv.slice(2).map((text) => JSON.parse(text));
const answer = (value) => process.stdout.write(JSON.stringify(value));
if (job.file !== undefined) answer(await executeAlone(job.name, readFileSync(job.file), putInto(job.folder)));
else if (job.indices !== undefined) {
  const inputs = job.indices.map((index) => inputOf(job.name, job.seed, index));
  answer(await fitTogether(job.name, inputs, putInto(job.folder)));
} else await fuzz(job);
