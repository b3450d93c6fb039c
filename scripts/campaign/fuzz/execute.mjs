// One execution: bytes go to a reader, which must take or refuse them in its own words, soon, and without filling the memory.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { randomOf } from '../random.mjs';
import { mutated } from './mutate.mjs';
import { CORPUS, TARGETS } from './targets.mjs';

const LONGEST_MS = 1000;
const MB = 1024 ** 2;
/** What one execution may allocate: of the file, and besides. */
const mostBytes = (length) => 64 * MB + 8 * length;

const known = new Map();

/** The files that a target begins with. */
export function corpusOf(name) {
  const folder = join(CORPUS, TARGETS[name].corpus);
  const files =
    known.get(folder) ??
    readdirSync(folder)
      .sort()
      .map((file) => readFileSync(join(folder, file)));
  known.set(folder, files);
  return files;
}

/** The input of a number: the same for the same seed. */
export function inputOf(name, seed, index) {
  const corpus = corpusOf(name);
  if (index < corpus.length) return corpus[index];
  const random = randomOf(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b) ^ name.length);
  return mutated(corpus[Math.floor(random() * corpus.length)], random, corpus, TARGETS[name].parts);
}

/** An error that the user can understand and fix: those of Radweave have an exit code, or are a reason to leave a file out. */
function isOwn(error) {
  if (!(error instanceof Error)) return false;
  return (
    (error.exitCode >= 2 && error.exitCode <= 5) ||
    ['FileFault', 'HubFailure', 'WeightsError'].includes(error.name)
  );
}

const cpuMs = ({ user, system }) => (user + system) / 1000;
/** `process.memoryUsage()` would also ask the system. */
const held = () => {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
};

let peak = process.resourceUsage().maxRSS;

/**
 * Whether the most memory that this process ever took has risen, since this was asked last, by so much that it must be looked into.
 * The system takes longer to answer than many a reader to read: it is asked after some executions.
 */
export function hasRisen() {
  const before = peak;
  peak = process.resourceUsage().maxRSS;
  return 1024 * (peak - before) > mostBytes(0) / 2;
}

async function attempt(name, bytes, put) {
  try {
    await TARGETS[name].run(Buffer.from(bytes), put);
    return null;
  } catch (error) {
    return error;
  }
}

/**
 * Runs an input.
 *
 * @returns what is wrong in words, null where nothing is; `memory` where it must be looked at in a process of its own.
 */
export async function execute(name, bytes, put) {
  const before = held();
  const started = performance.now();
  const error = await attempt(name, bytes, put);
  if (performance.now() - started > LONGEST_MS) {
    // Once more, by the time of computing: the machine may have had other things to do, or compiled.
    const again = process.cpuUsage();
    await attempt(name, bytes, put);
    const ms = cpuMs(process.cpuUsage(again));
    if (ms > LONGEST_MS) return `took ${Math.round(ms)} ms`;
  }
  if (error !== null && !isOwn(error)) return `${error?.stack ?? error}`;
  return held() - before > mostBytes(bytes.length) / 2 ? 'memory' : null;
}

/** The same in a process that did nothing else; `memory` becomes how much it was, or null. */
export async function executeAlone(name, bytes, put) {
  for (const seed of corpusOf(name)) await attempt(name, seed, put);
  globalThis.gc();
  const before = process.memoryUsage.rss();
  const wrong = await execute(name, bytes, put);
  if (wrong !== 'memory' && wrong !== null) return wrong;
  const grown = 1024 * process.resourceUsage().maxRSS - before;
  return grown > mostBytes(bytes.length)
    ? `allocated ${Math.round(grown / MB)} MB for ${bytes.length} bytes`
    : null;
}

/**
 * Whether none of several inputs can take more memory than it may: the most that a process took that ran them one after the other
 * is not more than the shortest may take.
 */
export async function fitTogether(name, inputs, put) {
  for (const seed of corpusOf(name)) await attempt(name, seed, put);
  globalThis.gc();
  const before = process.memoryUsage.rss();
  for (const bytes of inputs) {
    const wrong = await execute(name, bytes, put);
    if (wrong !== 'memory' && wrong !== null) return false;
    globalThis.gc();
  }
  const grown = 1024 * process.resourceUsage().maxRSS - before;
  return grown <= mostBytes(Math.min(...inputs.map((bytes) => bytes.length)));
}
