import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '@radweave/artifacts';
import {
  cohortConfig,
  listening,
  slicePixels,
  writeCohortFolders,
  writeSlice,
} from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { preprocess, preprocessShard } from './preprocess.ts';

/** It has the time of the call. */
const LOG = 'preprocess.log';

const IMAGE = 'SY/grade0/SY000/A/SY000_a_slice_001.png';

/** A small cohort with a file that is no image, which is left out. */
function cohort(): Config {
  const root = tempDir();
  const config = cohortConfig(root);
  writeCohortFolders(join(root, 'raw'));
  writeFileSync(join(root, 'raw', 'SY/grade0/SY000/A/broken.png'), 'no image');
  config.preprocess.skip_unreadable = true;
  return config;
}

const contents = ({ data: { splits_dir } }: Config) =>
  readdirSync(splits_dir)
    .filter((name) => !name.startsWith('.') && name !== LOG)
    .map((name) => [name, readFileSync(join(splits_dir, name), 'utf8')]);

test('parts of the check of the images that are merged give the split of one process, byte for byte', async () => {
  const config = cohort();
  await preprocess({ config }, listening());
  const whole = contents(config);
  expect(whole.map(([name]) => name)).toEqual(expect.arrayContaining(['rejected.csv', 'summary.json']));
  for (const of of [2, 5]) {
    rmSync(config.data.splits_dir, { recursive: true });
    for (let number = of; number > 0; number--)
      await preprocessShard({ config, shard: { number, of } }, listening());
    expect(contents(config)).toEqual([]);
    const { merged } = await preprocessShard({ config, shard: 'merge' }, listening());
    expect(merged?.summary.files).toMatchObject({ rejected: 1 });
    expect(contents(config)).toEqual(whole);
  }
  const context = listening();
  expect((await preprocessShard({ config, shard: 'merge' }, context)).merged).toBeNull();
  expect(context.said.join()).toContain(
    'Since then the settings, the images and the results have not changed',
  );
});

test.each<[what: string, change: (raw: string, image: string) => void]>([
  ['added', (raw) => writeSlice(raw, 'SY/grade0/SY000/A/added.png', slicePixels('another', 0))],
  ['changed', (_, image) => appendFileSync(image, 'x')],
  ['removed', (_, image) => rmSync(image)],
])(
  'an image that was %s after all was merged: there is no part of it, and the old split is not passed off',
  async (_, change) => {
    const config = cohort();
    const shard = (one: { number: number; of: number } | 'merge') =>
      preprocessShard({ config, shard: one }, listening());
    await shard({ number: 1, of: 1 });
    await shard('merge');
    const whole = contents(config);
    const raw = config.data.root_dir ?? '';
    change(raw, join(raw, IMAGE));
    const refused = { code: 'E_SHARDS', exitCode: 3, hint: expect.stringContaining('--shard 1/n to') };
    const message = 'there is no part to merge, and since all was merged the images changed';
    await expect(shard('merge')).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(message),
    });
    expect(contents(config)).toEqual(whole);
    await shard({ number: 1, of: 1 });
    expect((await shard('merge')).merged).not.toBeNull();
  },
);

test('an image that has changed since its part was made, or was added, is told, and no split is made', async () => {
  const config = cohort();
  const part = (number: number) => preprocessShard({ config, shard: { number, of: 2 } }, listening());
  const merge = () => preprocessShard({ config, shard: 'merge' }, listening());
  await part(1);
  await expect(merge()).rejects.toMatchObject({
    code: 'E_SHARDS',
    hint: expect.stringContaining('--shard 2/2'),
  });
  await part(2);
  const raw = config.data.root_dir ?? '';
  const image = join(raw, IMAGE);
  const refused = { code: 'E_SHARDS', exitCode: 3, message: expect.stringContaining('images have changed') };
  writeFileSync(image, Buffer.concat([readFileSync(image), Buffer.from('x')]));
  await expect(merge()).rejects.toMatchObject(refused);
  await part(1);
  await part(2);
  writeSlice(raw, IMAGE.replace('slice_001', 'slice_999'), slicePixels('another', 0));
  await expect(merge()).rejects.toMatchObject(refused);
  expect(contents(config)).toEqual([]);
});
