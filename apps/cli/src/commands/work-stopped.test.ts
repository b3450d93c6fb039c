import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findTaskRecord, readPlan } from '@radweave/artifacts';
import { isRunning } from '@radweave/native/processes';
import { generatePhantomCohort } from '@radweave/phantom';
import { onPosix } from '@radweave/testkit';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/radweave.mjs', import.meta.url));

let folder: string;
const env = { ...process.env, RADWEAVE_THREADS: '1' };

/** A plan whose trainings take longer than any test of it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'radweave-workers-'));
  const cohort = { seed: 1, patientsPerHospital: 3, homePatients: 14, slicesPerModality: 2, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const settings = [
    ...['data.image_size=32', 'data.splits_dir=splits', 'experiment.output_dir=outputs'],
    ...['model.name=mobilenetv3_small_100', 'model.pretrained=false', 'training.device=cpu'],
    ...['training.epochs=100000', 'training.early_stop_enabled=false', 'training.precision=fp32'],
  ].flatMap((setting) => ['--set', setting]);
  const plan = [BIN, 'plan', '--root_dir', 'raw', '--no_explain', ...settings];
  const { status, stderr } = spawnSync(process.execPath, plan, { cwd: folder, env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers of the processes that train now, by the records of their tasks. */
function trainers(): number[] {
  const tasks = join(folder, 'outputs', 'tasks');
  const plan = readPlan(join(tasks, 'tasks.json'));
  return ['train-A', 'train-P'].flatMap((task) => {
    const record = findTaskRecord(tasks, plan, task);
    const [, pid] = /process (\d+)/.exec(record?.state === 'running' ? record.worker : '') ?? [];
    return pid !== undefined && isRunning(Number(pid)) ? [Number(pid)] : [];
  });
}

interface Started {
  command: ChildProcess;
  said: () => string;
  workers: number[];
  end: Promise<unknown>;
}

/** Two workers, each of which has come to an epoch. */
async function started(): Promise<Started> {
  const args = [BIN, 'work', '--output_dir', 'outputs', '--workers', '2'];
  const command = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void command.kill('SIGKILL'));
  let text = '';
  command.stderr.on('data', (more) => {
    text += more;
  });
  const end = once(command, 'close');
  while (![0, 1].every((worker) => text.includes(`[worker ${worker}] epoch`))) {
    expect(command.exitCode, text).toBe(null);
    await sleep(50);
  }
  const workers = trainers();
  expect(workers).toHaveLength(2);
  return { command, said: () => text, workers, end };
}

async function gone(workers: readonly number[]): Promise<void> {
  while (workers.some(isRunning)) await sleep(20);
}

onPosix('a request to stop is passed on once; workers end where they can go on', async () => {
  const { command, said, workers, end } = await started();
  // As a scheduler does it, which knows no parents.
  for (const pid of [command.pid ?? 0, ...workers]) process.kill(pid, 'SIGTERM');
  expect(await end).toEqual([4, null]);
  expect(said().match(/Stopping after this step/g)).toHaveLength(1);
  expect(said()).toMatch(
    /Error: the workers were stopped\. Start them again[^\n]*\nTo continue: .* work --output_dir outputs --workers 2\n/,
  );
  expect(said()).not.toMatch(/Warning: (This worker|training)/);
  expect(workers.filter(isRunning)).toEqual([]);
});

onPosix('workers end with the command that started them, be it told twice or killed', async () => {
  const twice = await started();
  expect(twice.said()).toMatch(/\[worker \d\] train-[AP]: running/);
  twice.command.kill('SIGINT');
  while (!twice.said().includes('Stopping after')) await sleep(5);
  twice.command.kill('SIGINT');
  expect(await twice.end).toEqual([expect.toBeOneOf([4, 130]), null]);
  await gone(twice.workers);
  const killed = await started();
  killed.command.kill('SIGKILL');
  await gone(killed.workers);
});

onPosix('what all workers leave undone when they die is told, and why', async () => {
  const { said, workers, end } = await started();
  for (const pid of workers) process.kill(pid, 'SIGKILL');
  expect(await end).toEqual([5, null]);
  for (const worker of [0, 1])
    expect(said()).toContain(`[worker ${worker}] Warning: This worker was ended by SIGKILL`);
  expect(said()).toMatch(/Error: all workers have ended, and these tasks are not done: train-A, .*report\. /);
});
