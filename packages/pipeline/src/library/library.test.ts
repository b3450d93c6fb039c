import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configure, defaultConfig } from '@radweave/artifacts';
import { generatePhantomCohort } from '@radweave/phantom';
import type { StageEvent } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readStudy } from './read-study.ts';

test('settings are checked as a command checks them, over the defaults or a file', () => {
  const file = join(tempDir(), 'study.yaml');
  writeFileSync(file, 'training: {batch_size: 5}\n');
  const { training } = defaultConfig();
  expect(configure({ training: { epochs: 3 } }).training).toEqual({ ...training, epochs: 3 });
  expect(configure({ training: { epochs: 3 } }, file).training).toEqual({
    ...training,
    epochs: 3,
    batch_size: 5,
  });
  const wrong = { training: { epochs: -1 }, model: { nam: 'resnet18' } } as object;
  expect(() => configure(wrong)).toThrow(/2 errors[\s\S]*model\.nam[\s\S]*training\.epochs/);
  expect(() => configure({ data: { root_dir: 'D:\\data' } })).toThrow(/Windows path/);
});

test('a study that has nothing yet is read as such', () => {
  const folder = tempDir();
  const config = configure({
    data: { splits_dir: join(folder, 'splits') },
    experiment: { output_dir: join(folder, 'results') },
  });
  expect(readStudy(config)).toEqual({ patients: null, runs: [], fusion: null, evaluation: null });
});

test('a job that is aborted stops where the same call continues, and tells what it does', async () => {
  // The thread loads what was built.
  const { run } = await import('@radweave/pipeline');
  const folder = tempDir();
  const cohort = { seed: 5, homePatients: 16, patientsPerHospital: 4, slicesPerModality: 1, size: 32 };
  generatePhantomCohort(join(folder, 'raw'), cohort);
  const config = configure({
    data: {
      root_dir: join(folder, 'raw'),
      splits_dir: join(folder, 'splits'),
      features_dir: join(folder, 'features'),
      image_size: 32,
    },
    model: { name: 'mobilenetv3_small_100', pretrained: false },
    training: { epochs: 2, precision: 'fp32' },
    evaluation: { bootstrap_replicates: 100 },
    experiment: { output_dir: join(folder, 'results') },
  });
  const how = { bestHparamsDir: join(folder, 'best'), explain: false };
  const stopping = new AbortController();
  const events: StageEvent[] = [];
  const stopped = run(config, {
    ...how,
    signal: stopping.signal,
    onEvent: (event) => {
      events.push(event);
      if (event.kind === 'epoch') stopping.abort();
    },
  });
  await expect(stopped).rejects.toMatchObject({ code: 'E_INTERRUPTED', exitCode: 4 });
  expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['log', 'progress', 'step', 'epoch']));
  await expect(run(config, { ...how, signal: stopping.signal })).rejects.toThrow(/stopped before check/);

  const { steps, report } = await run(config, how);
  expect(steps.slice(0, 3)).toEqual([
    { step: 'preprocess', outcome: 'unchanged' },
    { step: 'audit-data', outcome: 'unchanged' },
    { step: 'train-A', outcome: 'done' },
  ]);
  expect(readFileSync(report, 'utf8')).toContain('Radweave report');
  const { patients, runs, fusion, evaluation } = readStudy(config);
  expect(runs.map(({ modality, epochs }) => [modality, epochs]).sort()).toEqual([
    ['A', 2],
    ['P', 2],
  ]);
  expect(fusion?.predictions.test).toHaveLength(
    patients?.filter(({ split }) => split === 'test').length ?? -1,
  );
  expect(evaluation?.primary).toBe('fused');
});
