import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPlan } from '@radweave/artifacts';
import { generatePhantomCohort } from '@radweave/phantom';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/radweave.mjs', import.meta.url));

/** What one process and two may leave differently: logs, and the times in records. */
const OWN = [
  /^tasks\//,
  /\.log$/,
  /events\.out\.tfevents/,
  /\.radweave-hashes$/,
  // The name of the last trained network of all modalities.
  /^checkpoints\/best_model\.pth$/,
];

/** Every file below a folder that counts, by its name; without times. */
function resultsOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter(
    (name) => statSync(join(folder, name)).isFile() && !OWN.some((one) => one.test(name)),
  );
  return Object.fromEntries(
    files.map((name) => {
      const content = readFileSync(join(folder, name));
      if (!/^run\/|\/run\.json$/.test(name)) return [name, content.toString('base64')];
      const text = content.toString().replace(/"(finished|time)": "[^"]*"/g, '');
      // Runs' records have a time, and so have other hashes.
      return [name, text.replace(/(\/run\.json",\s*"kind": "file",\s*"sha256": )"[^"]*"/g, '$1')];
    }),
  );
}

test('two workers leave the same bytes as one process, and what is done is not done again', () => {
  const folder = tempDir();
  const cohort = { seed: 1, patientsPerHospital: 3, homePatients: 14, slicesPerModality: 2, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const settings = [
    ...['data.image_size=32', 'data.splits_dir=splits', 'data.features_dir=outputs/features'],
    ...['model.name=mobilenetv3_small_100', 'model.pretrained=false', 'evaluation.bootstrap_replicates=100'],
    ...['training.epochs=1', 'training.batch_size=16', 'training.precision=fp32', 'training.device=cpu'],
    'experiment.output_dir=outputs',
  ].flatMap((setting) => ['--set', setting]);
  const radweave = (...args: string[]): string => {
    // As in the second pod of a job, whose workers count on.
    const env = { ...process.env, RADWEAVE_THREADS: '1', JOB_COMPLETION_INDEX: '1' };
    const done = spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: 'utf8', env });
    expect([done.status, done.stderr]).toEqual([0, expect.not.stringMatching(/Error|bug/)]);
    return done.stderr;
  };
  const job = ['--root_dir', 'raw', '--cross_fit', '2', '--no_explain', ...settings];
  radweave('run', ...job);
  renameSync(join(folder, 'outputs'), join(folder, 'one'));
  rmSync(join(folder, 'config'), { recursive: true });
  radweave('plan', ...job);
  const said = radweave('work', '--output_dir', 'outputs', '--workers', '2');
  for (const worker of [2, 3]) expect(said).toMatch(new RegExp(`worker ${worker}\\] train-[AP]: running`));
  const [one, two] = ['one', 'outputs'].map((name) => resultsOf(join(folder, name)));
  expect(Object.keys(two ?? {})).toEqual(Object.keys(one ?? {}));
  for (const [name, content] of Object.entries(one ?? {})) expect(two?.[name] === content, name).toBe(true);
  // Planned again, every task is looked at and none is done.
  const memoryOf = (): (number | null)[] => {
    radweave('plan', ...job);
    return readPlan(join(folder, 'outputs', 'tasks', 'tasks.json')).tasks.map(({ needs }) => needs.memory_mb);
  };
  const memory = memoryOf();
  expect(memory).not.toContain(null);
  expect(radweave('work', '--output_dir', 'outputs')).not.toContain('running');
  expect(memoryOf()).toEqual(memory);
  expect(radweave('run', ...job)).not.toContain('running');
});

test('what a run refuses at once no plan is made of, and devices that are not here get no worker', () => {
  const folder = tempDir();
  const cohort = { seed: 1, patientsPerHospital: 2, homePatients: 4, slicesPerModality: 1, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const radweave = (...args: string[]): [code: number | null, said: string] => {
    const done = spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: 'utf8' });
    return [done.status, done.stderr];
  };
  const settings = ['--set', 'model.pretrained=false', '--set', 'experiment.output_dir=outputs'];
  const plan = (...flags: string[]) => radweave('plan', '--root_dir', 'raw', ...settings, ...flags);
  const file = join(folder, 'outputs', 'tasks', 'tasks.json');
  expect(plan()).toEqual([0, '']);
  const before = readFileSync(file, 'utf8');
  expect(plan('--root_dir', 'nowhere')).toEqual([
    2,
    expect.stringMatching(
      /there is no such folder \(.*nowhere\)\. Check the path: --root_dir, or data\.root_dir of the configuration, must/,
    ),
  ]);
  expect(plan('--table', 'none.csv')).toEqual([2, expect.stringContaining('none.csv')]);
  expect(plan('--set', 'data.home_hospital=XX')).toEqual([3, expect.stringContaining("'XX' is not there")]);
  expect(readFileSync(file, 'utf8')).toBe(before);
  const work = (...devices: string[]) => radweave('work', '--output_dir', 'outputs', '--devices', ...devices);
  expect(work('cpu', 'quantum')).toEqual([2, expect.stringMatching(/"quantum".*--devices/)]);
  expect(work('cpu,cuda:99')).toEqual([5, expect.stringMatching(/^Error: device 'cuda:99' was/)]);
  expect(work(',')).toEqual([2, expect.stringContaining('names no device')]);
  // No worker has begun.
  expect(readdirSync(join(folder, 'outputs', 'tasks')).sort()).toEqual(['config.yaml', 'tasks.json']);
});
