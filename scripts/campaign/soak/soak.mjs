// Lets one process do the same work for hours, and looks whether anything that it holds grows.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { growth, warmUpOf } from './growth.mjs';

const ROUNDS = join(import.meta.dirname, 'rounds.mjs');

/**
 * @param rounds at most so many; as many as there is time for where it is left out.
 * @param seconds no round begins later.
 * @param isWhole whether a round is the whole job, or only what takes the engine.
 * @param environment more for the process, or others.
 * @returns what was held after each round.
 */
export async function soak({ rounds, seconds, isWhole, environment = {}, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'radweave-soak-'));
  try {
    const job = JSON.stringify({ folder, rounds, seconds, isWhole });
    const child = spawn(process.execPath, ['--expose-gc', ROUNDS, job], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: join(folder, 'tmp'), ...environment },
    });
    let said = '';
    child.stderr.on('data', (data) => {
      said = `${said}${data}`.slice(-4000);
    });
    const samples = [];
    const closed = once(child, 'close');
    for await (const line of createInterface({ input: child.stdout })) {
      samples.push(JSON.parse(line));
      say(`round ${samples.length}: ${shown(samples.at(-1))}`);
    }
    const [status, signal] = await closed;
    if (status !== 0)
      throw new Error(`round ${samples.length + 1} ended the process (${signal ?? status}): ${said}`);
    return samples;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const number = (value) => String(Math.round(100 * value) / 100);

const shown = (sample) =>
  Object.entries(sample)
    .map(([name, value]) => `${name} ${number(value)}`)
    .join(', ');

/** A line for each quantity, in columns. */
export function tableOf(samples) {
  const rows = growth(samples).map((one) => [
    one.name,
    ...[one.first, one.last, one.least, one.largest].map(number),
    String(Math.round(1000 * one.perRound) / 1000),
    one.isGrowing ? 'GROWS' : 'flat',
  ]);
  const head = ['', 'first', 'last', 'least', 'most', 'a round', ''];
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const line = (row) =>
    row
      .map((cell, i) => (i === 0 || i === row.length - 1 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  const from = warmUpOf(samples.length) + 1;
  return [`Rounds ${from} to ${samples.length}:`, ...[head, ...rows].map(line)];
}
