import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  readExplanations,
  readSplit,
  type Split,
  splitPath,
  toldSlice,
} from '@radweave/artifacts';
import { writeRun } from '@radweave/network/testing/runs';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening, makeSplitOwn, writeCohortFolders } from '@radweave/study/testing/cohort';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ExplainOptions } from '../work/explain.ts';
import { explain } from './explain.ts';
import { preprocess } from './preprocess.ts';

/** A split of a small cohort and a network of modality A. */
async function prepared(): Promise<{ config: Config; folder: string }> {
  const root = tempDir();
  const config = cohortConfig(root);
  config.explanation.layer = 'blocks.1';
  writeCohortFolders(join(root, 'raw'));
  await preprocess({ config }, listening());
  await writeRun(config, 'first', 'A', 1, 'mobilenetv3_small_100');
  return { config, folder: join(config.experiment.output_dir, 'explanations', 'A') };
}

function asked(config: Config, more: Partial<ExplainOptions> = {}): ExplainOptions {
  return { config, modality: 'A', split: 'test', count: 1, slices: 2, ...more };
}

/** Exchanges two sets of A. */
function exchange({ data }: Config, one: Split, other: Split): void {
  const [first, second] = [one, other].map((split) => splitPath(data.splits_dir, split, 'A')) as [
    string,
    string,
  ];
  const kept = readFileSync(first);
  copyFileSync(second, first);
  writeFileSync(second, kept);
}

test('montages of right and wrong patients of each hospital, the same every time, with all that made them', async () => {
  const { config, folder } = await prepared();
  const context = listening();
  const result = await explain(asked(config), context);
  expect(result.folder).toBe(folder);
  const found = readExplanations(folder);
  expect(found).toMatchObject({
    modality: 'A',
    split: 'test',
    slices_identity: presentSlices(config.data, ['A']).A?.test,
    method: 'grad-cam',
    layer: 'blocks.1',
    grid: [4, 4],
    image_size: 32,
  });
  expect(found.slices_identity).toMatch(/^pixels:/);
  expect(found.decision).toEqual({ source: 'default', aggregation: 'mean', threshold: 0.5 });
  expect(new Set(found.patients.map(({ hospital }) => hospital))).toEqual(new Set(['SY', 'ZS']));
  expect(readdirSync(folder).sort()).toEqual(
    ['explanations.json', ...found.patients.map(({ file }) => file)].sort(),
  );
  const rows = readSplit(splitPath(config.data.splits_dir, 'test', 'A'));
  for (const one of found.patients) {
    const own = rows.filter(({ patient }) => patient === one.patient);
    expect(one.slices.map(({ image_path }) => image_path).sort()).toEqual(
      own.map(({ path, hospital }) => toldSlice(path, hospital)).sort(),
    );
    expect([one.label, one.hospital]).toEqual([own[0]?.label, own[0]?.hospital]);
    const mean = one.slices.reduce((sum, { probability }) => sum + probability, 0) / one.slices.length;
    expect(one.probabilities[1]).toBeCloseTo(mean, 6);
    expect(one.predicted).toBe(mean >= 0.5 ? 1 : 0);
    expect(one.category.endsWith(one.predicted === one.label ? 'right' : 'wrong')).toBe(true);
    expect(one.scale).toBe(Math.max(...one.slices.map(({ peak }) => peak)));
    expect(one.slices.filter(({ shown }) => shown)).toHaveLength(2);
    expect(readFileSync(join(folder, one.file)).subarray(1, 4).toString()).toBe('PNG');
  }
  const { steps } = found.randomisation;
  expect(steps.map(({ randomised }) => randomised.at(-1))).toEqual(['head', 'blocks.5', 'blocks.4']);
  expect(context.said.join('\n')).toContain('Randomisation check');
  expect(context.said.join('\n')).toContain('in fp32 (always, for maps)');
  const contents = () =>
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]);
  const first = contents();
  await explain(asked(config), listening());
  expect(contents()).toEqual(first);
});

test('files of others beside explanations are kept, and montages of earlier versions made again', async () => {
  const { config, folder } = await prepared();
  await explain(asked(config), listening());
  const [montage = ''] = readdirSync(folder).filter((name) => name.endsWith('.png'));
  const path = join(folder, montage);
  const own = readFileSync(path);
  const unmarked = Buffer.concat([own.subarray(0, 33), own.subarray(33 + 12 + 'Software Radweave'.length)]);
  writeFileSync(path, unmarked);
  writeFileSync(join(folder, '.DS_Store'), '');
  await explain(asked(config), listening());
  expect(readFileSync(path).equals(own)).toBe(true);
  for (const [name, content] of [
    ['notes.txt', 'mine'],
    ['.notes', 'mine'],
    ['other.png', unmarked],
    ['explanations.json', '{"mine": 1}'],
  ] as const) {
    const others = join(folder, name);
    writeFileSync(others, content);
    const again = explain(asked(config), listening());
    await expect(again).rejects.toMatchObject({ code: 'E_OTHER_FILE', exitCode: 2, where: others });
    expect(readFileSync(others)).toEqual(Buffer.from(content));
    rmSync(others);
  }
  const others = join(folder, 'mine');
  mkdirSync(others);
  await expect(explain(asked(config), listening())).rejects.toMatchObject({
    code: 'E_OTHER_FILE',
    where: others,
  });
  expect(existsSync(others)).toBe(true);
});

test('patients, class and layer asked for; what does not exist is named, and the earlier explanations stay', async () => {
  const { config, folder } = await prepared();
  const context = listening();
  config.explanation.layer = null;
  const result = await explain(
    asked(config, { patients: ['SY000', 'ZS011'], explainedClass: 'Grade0' }),
    context,
  );
  expect(result.patients.map((one) => [one.patient, one.category, one.explained_class])).toEqual([
    ['SY000', 'asked', 0],
    ['ZS011', 'asked', 0],
  ]);
  expect(result.layer).toBe('features');
  expect(context.said.join('\n')).toMatch(
    /warning: .*only 1×1 values for 32×32 pixels: .* a --layer with finer ones \(stem, blocks\.0, blocks\.1, blocks\.2, blocks\.3\)/,
  );
  const errors: [Partial<ExplainOptions>, object][] = [
    [{ patients: ['SY00'] }, { code: 'E_PATIENT', message: expect.stringContaining('SY000') }],
    [
      { explainedClass: '2' },
      {
        code: 'E_CLASS',
        message: expect.stringContaining('one of grade0, grade1; or give a number below 2'),
      },
    ],
    [
      { explainedClass: 'malign' },
      { code: 'E_CLASS', message: expect.stringContaining("no label 'malign'") },
    ],
    [{ checkpoint: 'pretrained' }, { code: 'E_NO_CLASSIFIER' }],
    [{ modality: 'P' }, { code: 'E_NO_CHECKPOINT' }],
  ];
  for (const [more, error] of errors) {
    await expect(explain(asked(config, more), listening())).rejects.toMatchObject(error);
  }
  const wrong = structuredClone(config);
  wrong.explanation.layer = 'layer9';
  const message = expect.stringMatching(/\(explanation\.layer\).*Give one of .*blocks\.5/);
  await expect(explain(asked(wrong), listening())).rejects.toMatchObject({ code: 'E_LAYER', message });
  makeSplitOwn(config);
  exchange(config, 'train', 'test');
  const checkpoint = new RunFolder(config.experiment.output_dir, 'first').best;
  const leaking = explain(asked(config, { checkpoint }), listening());
  await expect(leaking).rejects.toMatchObject({ code: 'E_LEAK_CHECKPOINT' });
  exchange(config, 'train', 'test');
  const stopped = { ...listening(), shouldStop: () => true };
  await expect(explain(asked(config), stopped)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  expect(readExplanations(folder).patients.map(({ patient }) => patient)).toEqual(['SY000', 'ZS011']);
  expect(existsSync(join(folder, 'SY_asked_SY000.png'))).toBe(true);
});
