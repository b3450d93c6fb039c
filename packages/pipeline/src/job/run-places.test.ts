import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readRecordedRun } from '../verify/recorded.ts';
import { configIn, fromTraining, ranOnce, steps } from './run-steps.test.data.ts';

const copied = ranOnce();

const PLACES = ['data.root_dir', 'data.splits_dir', 'data.features_dir', 'experiment.output_dir'] as const;

/** A link to a folder, elsewhere and at another depth. */
function linkTo(place: string): string {
  const folder = join(tempDir(), 'a', 'b', 'c');
  mkdirSync(folder, { recursive: true });
  symlinkSync(place, join(folder, 'link'), 'junction');
  return join(folder, 'link');
}

test.each(PLACES)('%s may be spelled in any way', async (key) => {
  const { config } = copied();
  const [section = '', name = ''] = key.split('.');
  const place: string = Object(config)[section][name];
  for (const spelled of [
    `${place}/`,
    `${dirname(place)}//${basename(place)}`,
    `${place}/../${basename(place)}`,
    relative(process.cwd(), place),
    `./${relative(process.cwd(), place)}`,
    linkTo(place),
    join(linkTo(dirname(place)), basename(place)),
  ]) {
    Object.assign(Object(config)[section], { [name]: spelled });
    expect(await steps(config), spelled).toEqual([]);
  }
});

test('a study that is run through a link is the one that is run where it lies', async () => {
  const { folder, config } = copied();
  const linked = configIn(linkTo(folder));
  linked.experiment.seed = 7;
  expect(await steps(linked)).toContain('preprocess');
  config.experiment.seed = 7;
  expect(await steps(config)).toEqual([]);
});

test('verify finds the files of a run through a link', () => {
  const { folder, config } = copied();
  const { steps: recorded, locate } = readRecordedRun(linkTo(join(folder, 'outputs')), config, [], []);
  const paths = recorded.flatMap(({ manifest }) => [...manifest.inputs, ...manifest.outputs]);
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.map(({ path }) => locate(path)).filter((path) => !existsSync(path))).toEqual([]);
});

test.each(PLACES)('%s may be moved to another disk, where a link stays', async (key) => {
  const { config } = copied();
  const [section = '', name = ''] = key.split('.');
  const place: string = Object(config)[section][name];
  const moved = join(tempDir(), 'x', 'y', 'moved');
  mkdirSync(dirname(moved), { recursive: true });
  renameSync(place, moved);
  symlinkSync(moved, place, 'junction');
  expect(await steps(config)).toEqual([]);
});

test('where the output folder was moved and left a link, splits that are asked for elsewhere are not those it left', async () => {
  const { config } = copied();
  const { output_dir } = config.experiment;
  const named = relative(output_dir, config.data.splits_dir);
  const moved = join(tempDir(), 'x', 'y', 'outputs');
  mkdirSync(dirname(moved), { recursive: true });
  renameSync(output_dir, moved);
  symlinkSync(moved, output_dir, 'junction');
  expect(await steps(config)).toEqual([]);
  config.data.splits_dir = join(moved, named);
  expect(await steps(config)).toContain('preprocess');
});

test('initial weights count by content, not by place', async () => {
  const { folder, config } = copied();
  config.model.weights = join(folder, 'start.pth');
  writeFileSync(config.model.weights, 'one');
  expect(await steps(config)).toEqual(fromTraining);
  config.model.weights = join(folder, 'moved.pth');
  writeFileSync(config.model.weights, 'one');
  expect(await steps(config)).toEqual([]);
  writeFileSync(config.model.weights, 'two');
  expect(await steps(config)).toEqual(fromTraining);
});
