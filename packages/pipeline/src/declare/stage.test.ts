import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentContext } from '@radweave/study/context/events';
import { filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { defineStage } from './stage.ts';
import * as take from './taken.ts';

interface Options {
  folder: string;
  work: (opened: string) => Promise<number>;
}

const stage = defineStage({
  name: 'tried',
  takes: { folder: take.text, work: take.object<Options['work']>() },
  settings: [],
  reads: (_: Options) => ({}),
  writes: ({ folder }) => [folder],
  open: async ({ folder }) => join(folder, 'opened'),
  locks: (_, opened) => ({ folder: opened, as: 'radweave tried', flag: '--output_dir' }),
  run: ({ work }, _, opened) => work(opened),
});

const run = (options: Options): Promise<number> => stage(options, silentContext());

test('what a stage opened is locked while it runs, and free again whatever comes of it', async () => {
  const folder = tempDir();
  expect(stage.name).toBe('tried');
  const meanwhile = async (opened: string): Promise<number> => {
    expect(filesBelow(opened)).toHaveLength(1);
    const second = run({ folder, work: async () => 2 });
    await expect(second).rejects.toMatchObject({
      code: 'E_LOCKED',
      message: expect.stringContaining('radweave tried'),
    });
    return 1;
  };
  expect(await run({ folder, work: meanwhile })).toBe(1);
  const failing = async (): Promise<number> => Promise.reject(new Error('failed'));
  await expect(run({ folder, work: failing })).rejects.toThrow('failed');
  expect(existsSync(join(folder, 'opened'))).toBe(false);
});

test('what fails after another process took the folder over says that', async () => {
  const work = async (opened: string): Promise<number> => {
    const lock = join(opened, '.radweave.lock');
    const [lease = ''] = readdirSync(lock).map((name) => join(lock, name));
    renameSync(lease, `${lease}0`);
    writeFileSync(`${lease}0`, readFileSync(`${lease}0`, 'utf8').replace('radweave tried', 'radweave other'));
    throw new Error('a file is missing');
  };
  await expect(run({ folder: tempDir(), work })).rejects.toThrow(/taken over by process.*radweave other/);
});

test('a folder that may not be written is named by its flag before anything is done', async () => {
  const folder = tempDir();
  writeFileSync(join(folder, 'opened'), 'in the way');
  const work = async (): Promise<number> => expect.unreachable();
  await expect(run({ folder, work })).rejects.toThrow(/--output_dir/);
});
