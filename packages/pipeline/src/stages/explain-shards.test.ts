import { readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { writeRun } from '@radweave/network/testing/runs';
import { cohortConfig, listening, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ExplainOptions } from '../work/explain.ts';
import { explain, explainShard } from './explain.ts';
import { preprocess } from './preprocess.ts';

test('parts of the explanations that are merged are those of one process, byte for byte', async () => {
  const root = tempDir();
  const config = cohortConfig(root);
  config.explanation.layer = 'blocks.1';
  writeCohortFolders(join(root, 'raw'));
  await preprocess({ config }, listening());
  await writeRun(config, 'first', 'A', 1, 'mobilenetv3_small_100');
  const asked: ExplainOptions = {
    ...{ config, modality: 'A', split: 'test', count: 1, slices: 2 },
    patients: ['SY000', 'ZS011', 'SY010'],
  };
  const folder = join(config.experiment.output_dir, 'explanations');
  const contents = () =>
    readdirSync(join(folder, 'A')).map((name) => [name, readFileSync(join(folder, 'A', name), 'base64')]);
  const { patients } = await explain(asked, listening());
  const whole = contents();
  const part = (number: number, of: number, more: Partial<ExplainOptions> = {}) =>
    explainShard({ ...asked, ...more, shard: { number, of } }, listening());
  const merge = () => explainShard({ ...asked, shard: 'merge' }, listening());
  // Of four one has nothing to draw.
  for (const of of [2, 4]) {
    rmSync(join(folder, 'A'), { recursive: true });
    for (let number = of; number > 0; number--) await part(number, of);
    expect((await merge()).merged?.patients).toEqual(patients);
    expect(contents()).toEqual(whole);
  }
  expect((await merge()).merged).toBeNull();
  // Another network has been trained since, and no share has drawn its maps.
  await writeRun(config, 'second', 'A', 2, 'mobilenetv3_small_100');
  const stale = 'there is no part to merge, and since all was merged the checkpoint of A changed';
  await expect(merge()).rejects.toThrow(stale);
  expect(contents()).toEqual(whole);
  await part(1, 2);
  await expect(merge()).rejects.toMatchObject({
    code: 'E_SHARDS',
    hint: expect.stringContaining('--shard 2/2, then'),
  });
  await part(2, 2, { patients: ['SY000'] });
  await expect(merge()).rejects.toThrow(/part 2\/2 cannot be merged: patients changed/);
  await part(2, 2);
  const image = join(root, 'raw', 'SY/grade0/SY000/A/SY000_a_slice_001.png');
  utimesSync(image, 1, 1);
  await expect(merge()).rejects.toMatchObject({
    code: 'E_SHARDS',
    message: expect.stringContaining('images of A have changed since part 1/2 was made'),
    where: image,
  });
  expect(contents()).toEqual(whole);
});
