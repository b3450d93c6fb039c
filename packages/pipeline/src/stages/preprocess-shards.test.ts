import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  // Images are not looked at again, and nobody is told that they are the same.
  writeSlice(config.data.root_dir ?? '', 'SY/grade0/SY000/A/added.png', slicePixels('another', 0));
  const context = listening();
  expect((await preprocessShard({ config, shard: 'merge' }, context)).merged).toBeNull();
  expect(context.said.join()).toContain(
    'Since then the settings and the results have not changed; nothing else, such as images, was compared. Where it has changed, run each share again',
  );
});

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
  const place = 'SY/grade0/SY000/A/SY000_a_slice_001.png';
  const raw = config.data.root_dir ?? '';
  const image = join(raw, place);
  const refused = { code: 'E_SHARDS', exitCode: 3, message: expect.stringContaining('images have changed') };
  writeFileSync(image, Buffer.concat([readFileSync(image), Buffer.from('x')]));
  await expect(merge()).rejects.toMatchObject(refused);
  await part(1);
  await part(2);
  writeSlice(raw, place.replace('slice_001', 'slice_999'), slicePixels('another', 0));
  await expect(merge()).rejects.toMatchObject(refused);
  expect(contents(config)).toEqual([]);
});
