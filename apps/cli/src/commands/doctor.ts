import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { jsonLine } from '@radweave/artifacts';
import { compiledFile } from '@radweave/native/compiled';
import { type Diagnosis, diagnose } from '@radweave/native/doctor';
import wrapAnsi from 'wrap-ansi';
import { EXIT, UserError } from '../exit-codes.ts';
import { terminalWidth } from '../terminal-width.ts';
import type { Define } from './define.ts';

export const define: Define = (command) => {
  command
    .option('--json', 'Print the state as JSON')
    .addHelpText('after', '\nFor a question or a bug report, paste what it prints.')
    .action((options: { json?: boolean }) => {
      const { version }: { version: string } = createRequire(import.meta.url)('../../package.json');
      const found = diagnose();
      const steps = trainingDevices(found).map((device) => trainingStep(device));
      const rows: Diagnosis['rows'] = [
        ['Radweave', `${version}, ${new Date().toISOString().slice(0, 10)}`],
        ...found.rows,
        ...steps.map(({ device, state }): [string, string] => [`Training on ${device}`, state]),
      ];
      const problems = [...found.problems, ...steps.flatMap(({ problem }) => problem ?? [])];
      process.stdout.write(options.json ? jsonLine({ ...found, rows, problems }) : table(rows));
      for (const text of found.warnings) process.stderr.write(`Warning: ${text}.\n`);
      if (problems.length > 0) throw new UserError(problems.join('\n'), EXIT.missing);
    });
};

/** Long states are wrapped between words; a path stays whole, so that it can be copied. */
function table(rows: Diagnosis['rows']): string {
  const width = Math.max(...rows.map(([what]) => what.length)) + 2;
  const room = terminalWidth(process.stdout) - width;
  const indent = `\n${' '.repeat(width)}`;
  return rows
    .map(([what, state]) => `${what.padEnd(width)}${wrapAnsi(state, room).replaceAll('\n', indent)}\n`)
    .join('');
}

/** Every device that numbers can be computed on; a GPU that cannot has its fault told already. */
function trainingDevices({ engine }: Diagnosis): string[] {
  if (engine === undefined) return [];
  const gpus = engine.gpus.filter(({ fault }) => fault === null).map(({ device }) => device);
  return ['cpu', ...gpus, ...(engine.mps ? ['mps'] : [])];
}

/** Trains a small network for one step in a process of its own: a driver that crashes ends that one. */
function trainingStep(device: string): { device: string; state: string; problem?: string } {
  const start = performance.now();
  const file = fileURLToPath(compiledFile(import.meta.url, './training-step.js'));
  const done = spawnSync(process.execPath, [file, device], { encoding: 'utf8' });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const losses: number[] = done.status === 0 ? JSON.parse(done.stdout) : [];
  const [before = Number.NaN, after = Number.NaN] = losses;
  if (after < before) return { device, state: `works: one step in ${seconds} s, loading included` };
  const why =
    done.status === 0
      ? `the loss went from ${before} to ${after}`
      : `${done.stderr}`.trim() || `signal ${done.signal}`;
  const remedy = device === 'cpu' ? 'run radweave setup again' : 'use --device cpu, and update the driver';
  return {
    device,
    state: 'fails, see below',
    problem: `A training step on ${device} fails: ${why}. Fix: ${remedy}`,
  };
}
