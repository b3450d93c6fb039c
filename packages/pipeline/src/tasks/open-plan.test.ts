import { join } from 'node:path';
import {
  type Config,
  defaultConfig,
  outputFolders,
  planFiles,
  writeConfig,
  writePlan,
} from '@radweave/artifacts';
import { RADWEAVE_VERSION } from '@radweave/study/context/versions';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { openPlan } from './open-plan.ts';

const HOW = { bestHparamsDir: '', explain: true, crossFit: null };

/** A configuration whose outputs lie there. */
function writingTo(output_dir: string): Config {
  const config = defaultConfig();
  config.experiment.output_dir = output_dir;
  return config;
}

test('a worker in another folder than the plan was made in is told both folders, and where to start', () => {
  const output = join(tempDir(), 'outputs');
  const folder = outputFolders(output).tasks;
  const { plan: file, config: settings } = planFiles(folder);
  writePlan(file, {
    format: 1,
    id: 'one',
    folder: '/data/study',
    radweave: RADWEAVE_VERSION,
    how: HOW,
    tasks: [],
  });
  const open = () => openPlan({ config: writingTo(output), given: [], inFile: [] });
  writeConfig(settings, writingTo('outputs/study'));
  expect(open).toThrow(
    /made in the folder \/data\/study, and its relative paths, such as outputs\/study, lead to other folders from/,
  );
  expect(open).toThrow(expect.objectContaining({ hint: 'Start the worker in /data/study' }));
  writeConfig(settings, writingTo(output));
  expect(open().folder).toBe(folder);
});
