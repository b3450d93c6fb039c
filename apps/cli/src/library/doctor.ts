import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compiledFile } from '@radweave/native/compiled';
import type { Diagnosis } from '@radweave/native/doctor';

/**
 * Looks at Node.js, libtorch, GPUs and the engine, and trains one step on each device, as `radweave doctor` does it. Nothing is
 * changed.
 *
 * @returns `problems` is empty on a machine that works.
 */
export async function doctor(): Promise<Diagnosis> {
  const { diagnose } = await import('@radweave/native/doctor');
  const { version }: { version: string } = createRequire(import.meta.url)('../../package.json');
  const found = diagnose();
  const steps = trainingDevices(found).map((device) => trainingStep(device));
  return {
    ...found,
    rows: [
      ['Radweave', `${version}, ${new Date().toISOString().slice(0, 10)}`],
      ...found.rows,
      ...steps.map(({ device, state }): [string, string] => [`Training on ${device}`, state]),
    ],
    problems: [...found.problems, ...steps.flatMap(({ problem }) => problem ?? [])],
  };
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
