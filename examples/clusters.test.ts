import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

const place = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What is called of the commands `radweave`, `srun` and `scontrol`, which only note it; the first ends with this code. */
function called(script: string, args: readonly string[], job: Record<string, string>, code = 0): string[] {
  const folder = tempDir();
  const notes = join(folder, 'notes');
  const stub = (name: string, end: string) =>
    writeFileSync(join(folder, name), `#!/bin/bash\necho ${name} "$@" >> '${notes}'\n${end}\n`, {
      mode: 0o755,
    });
  stub('radweave', `exit ${code}`);
  stub('scontrol', '[ "$1" = show ] && echo node1; exit 0');
  stub('srun', 'shift; "$@"');
  const env = { ...process.env, ...job, PATH: `${folder}:${process.env.PATH}`, SLURM_CPUS_PER_TASK: '3' };
  const { status } = spawnSync('bash', [place(script), ...args], { cwd: folder, env });
  expect(status).toBe(code);
  return existsSync(notes) ? readFileSync(notes, 'utf8').trimEnd().split('\n') : [];
}

const ELEMENT = { SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '2', SLURM_JOB_ID: '9' };

test.skipIf(process.platform === 'win32')(
  'scripts for Slurm call what they say, and are requeued where they can go on',
  () => {
    const share = ['extract', '--modality', 'A'];
    expect(called('slurm/shares.sbatch', share, ELEMENT)).toEqual([
      'radweave extract --modality A --shard auto/4',
    ]);
    const work = 'radweave work --config study.yaml';
    expect(called('slurm/study.sbatch', [], ELEMENT)).toEqual([work]);
    expect(called('slurm/study.sbatch', [], ELEMENT, 4)).toEqual([work, 'scontrol requeue 7_2']);
    // What fails is not tried again.
    expect(called('slurm/study.sbatch', [], ELEMENT, 3)).toEqual([work]);
    expect(called('slurm/train.sbatch', [], ELEMENT, 4).at(-1)).toBe('scontrol requeue 9');
  },
);

test.each([
  ['slurm/shares.sbatch', /--array=0-(\d+)/, 1],
  ['kubernetes/shares.yaml', /completions: (\d+)/, 0],
])('%s starts as many as there are shares', (name, started, more) => {
  const text = readFileSync(place(name), 'utf8');
  const [, shares] = /auto\/(\d+)/.exec(text) ?? [];
  expect(Number(started.exec(text)?.[1]) + more).toBe(Number(shares));
});
