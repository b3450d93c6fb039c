import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type Config,
  type HistoryRow,
  hashFile,
  readFusionModel,
  readPredictions,
  writeHistory,
} from '@radweave/artifacts';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { fuse } from './fuse.ts';
import { visualize } from './visualize.ts';

const modalities = ['A', 'P'];
const cohort = madeUpCohort({ train: 40, val: 18, test: 40 });

function withFeatures(): Config {
  const config = cohortConfig(tempDir());
  writeMadeUpCohort(config, cohort);
  writeMadeUpFeatures(config, 'A', cohort, 8);
  writeMadeUpFeatures(config, 'P', cohort, 5);
  return config;
}

function writeRun(config: Config, modality: string, epochs: number): void {
  const run = new RunFolder(config.experiment.output_dir, `resnet18_${modality}_run`);
  const rows = Array.from({ length: epochs }, (_, i): HistoryRow => {
    const scores = (bias: number) => ({ loss: 0.7 * 0.9 ** (i * bias), auc: 1 - 0.5 * 0.85 ** (i * bias) });
    const [train, val] = [scores(1), scores(0.6)];
    const other = { accuracy: 0.5, sensitivity: 0.5, specificity: 0.5 };
    const named = (prefix: string, values: object): object =>
      Object.fromEntries(
        Object.entries({ ...other, ...values }).map(([key, value]) => [`${prefix}_${key}`, value]),
      );
    return {
      epoch: i + 1,
      learning_rate: 1e-4,
      note: '',
      ...named('train', train),
      ...named('train_patient', { loss: train.loss * 0.9, auc: train.auc * 1.02 }),
      ...named('val', val),
      ...named('val_patient', { loss: val.loss * 0.95, auc: i === 0 ? null : val.auc * 1.02 }),
    } as HistoryRow;
  });
  writeHistory(run.history, rows);
  mkdirSync(run.checkpoints, { recursive: true });
  run.write({
    format: 1,
    name: run.name,
    modality,
    model: 'resnet18',
    status: 'finished',
    best: { epoch: 4, score: 0.7 },
    epochs,
    split_hash: 'a'.repeat(64),
  });
}

const folderOf = (config: Config): string => join(config.experiment.output_dir, 'visualizations');

/** How many marks of a kind Vega drew. */
function marks(svg: string, kind: 'symbol' | 'line'): number {
  const groups = svg.match(new RegExp(`<g class="mark-${kind} role-mark[^>]*>.*?</g>`, 'gs')) ?? [];
  return groups.join().split('<path').length - 1;
}

const ALL = [
  ...[
    'confusion_test',
    'confusion_val',
    'pca_A',
    'pca_P',
    'pca_fused',
    'roc_test',
    'roc_test_hospitals',
    'roc_val',
  ],
  ...[
    'training_curves_A',
    'training_curves_P',
    'tsne_A',
    'tsne_P',
    'tsne_fused',
    'umap_A',
    'umap_P',
    'umap_fused',
  ],
];

referenceTest(
  'draws every figure as SVG and PNG, with one mark for each patient, epoch and model',
  ['PIL', 'numpy'],
  async () => {
    const config = withFeatures();
    for (const modality of modalities) writeRun(config, modality, 8);
    const context = listening();
    await fuse({ config, modalities }, context);
    const result = await visualize({ config, modalities }, context);
    const folder = folderOf(config);

    expect(result.skipped).toEqual([]);
    expect(result.png).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.svg'))).toEqual(
      ALL.map((name) => `${name}.svg`),
    );
    expect(result.files.map((file) => basename(file)).sort()).toEqual(
      ALL.flatMap((name) => [`${name}.png`, `${name}.svg`]).sort(),
    );

    const svg = (name: string): string => readFileSync(join(folder, `${name}.svg`), 'utf8');
    // Two panels of 98 patients each.
    for (const name of ['pca_A', 'tsne_P', 'umap_fused'])
      expect(marks(svg(name), 'symbol'), name).toBe(2 * 98);
    // Four curves of 8 epochs in each panel, but the first patient AUC is not defined.
    expect(marks(svg('training_curves_A'), 'symbol')).toBe(2 * 4 * 8 - 1);
    expect(marks(svg('training_curves_A'), 'line')).toBe(2 * 4);
    // fused, A and P; two hospitals.
    expect(marks(svg('roc_val'), 'line')).toBe(3);
    expect(marks(svg('roc_test_hospitals'), 'line')).toBe(2);
    expect(svg('roc_test')).toMatch(/fused: AUC 0\.\d\d \(95 % 0\.\d\d–[01]\.\d\d\), n = 40/);

    // No text is cut short.
    for (const name of ALL) expect(svg(name), name).not.toContain('…');

    const fusion = join(config.experiment.output_dir, 'fusion');
    const threshold = readFusionModel(join(fusion, 'model.json')).classifiers[0]?.threshold?.value as {
      threshold: number;
    };
    const confusion = svg('confusion_test');
    expect(confusion).toContain(`frozen threshold ${threshold.threshold.toFixed(4)}`);
    const rows = readPredictions(join(fusion, 'predictions_test.csv'));
    for (const truth of [0, 1]) {
      for (const guess of [0, 1]) {
        const n = rows.filter(({ label, predicted }) => label === truth && predicted === guess).length;
        expect(confusion).toContain(`>${n}</text>`);
      }
    }

    const script = `
import sys, json, os, numpy as np
from xml.etree import ElementTree
from PIL import Image
out = {}
for name in sorted(os.listdir(sys.argv[1])):
    path = os.path.join(sys.argv[1], name)
    if name.endswith('.svg'):
        root = ElementTree.parse(path).getroot()
        out.setdefault(name[:-4], {})['svg'] = [float(root.get('width')), float(root.get('height'))]
    elif name.endswith('.png'):
        image = np.asarray(Image.open(path).convert('RGB'))
        out.setdefault(name[:-4], {})['png'] = [image.shape[1], image.shape[0]]
        out[name[:-4]]['ink'] = float((image.min(2) < 200).mean())
print(json.dumps(out))
`;
    const seen = pythonJson<Record<string, { svg: number[]; png: number[]; ink: number }>>(script, {
      args: [folder],
    });
    expect(Object.keys(seen).sort()).toEqual([...ALL].sort());
    for (const [name, { svg: size, png, ink }] of Object.entries(seen)) {
      expect(png, name).toEqual(size.map((value) => 2 * value));
      expect(ink, name).toBeGreaterThan(0.005);
      expect(ink, name).toBeLessThan(0.6);
    }
  },
);

test('of one hospital a map by hospital would be the map by label again', async () => {
  const config = cohortConfig(tempDir());
  const home = cohort.filter(({ split }) => split !== 'test');
  writeMadeUpCohort(config, home);
  writeMadeUpFeatures(config, 'A', home, 8);
  await visualize({ config, modalities: ['A'] }, listening());
  const svg = readFileSync(join(folderOf(config), 'umap_A.svg'), 'utf8');
  expect(marks(svg, 'symbol')).toBe(58);
  expect(svg).toContain('By label');
  expect(svg).not.toContain('By hospital');
});

test('pictures of others with the names of figures are kept', async () => {
  const config = withFeatures();
  const folder = folderOf(config);
  mkdirSync(folder, { recursive: true });
  for (const name of ['umap_A.svg', 'umap_A.png']) {
    const own = join(folder, name);
    writeFileSync(own, '<svg><!-- mine --></svg>');
    const drawn = visualize({ config, modalities: ['A'] }, listening());
    await expect(drawn).rejects.toMatchObject({ code: 'E_OTHER_FILE', exitCode: 2, where: own });
    expect(readdirSync(folder)).toEqual([name]);
    rmSync(own);
  }
  // Beside our drawing, and without it.
  await visualize({ config, modalities: ['A'] }, listening());
  const own = join(folder, 'umap_A.png');
  const unmarked = withoutMark(readFileSync(own));
  for (const content of ['mine', unmarked]) {
    writeFileSync(own, content);
    const again = visualize({ config, modalities: ['A'] }, listening());
    await expect(again).rejects.toMatchObject({ code: 'E_OTHER_FILE', exitCode: 2, where: own });
    expect(readFileSync(own)).toEqual(Buffer.from(content));
  }
  rmSync(join(folder, 'umap_A.svg'));
  const again = visualize({ config, modalities: ['A'] }, listening());
  await expect(again).rejects.toMatchObject({ code: 'E_OTHER_FILE', exitCode: 2, where: own });
});

/** As earlier versions painted it. */
function withoutMark(png: Buffer): Buffer {
  const length = 12 + 'Software Radweave'.length;
  expect(png.subarray(33, 33 + length).toString('latin1')).toContain('tEXtSoftware\0Radweave');
  return Buffer.concat([png.subarray(0, 33), png.subarray(33 + length)]);
}

test('figures of earlier versions, which have no mark, are drawn again', async () => {
  const config = withFeatures();
  await visualize({ config, modalities: ['A'] }, listening());
  const [svg, png] = ['svg', 'png'].map((type) => join(folderOf(config), `umap_A.${type}`)) as [
    string,
    string,
  ];
  const [drawn, painted] = [readFileSync(svg, 'utf8'), readFileSync(png)];
  writeFileSync(svg, drawn.replace('<!-- Radweave -->', ''));
  writeFileSync(png, withoutMark(painted));
  await visualize({ config, modalities: ['A'] }, listening());
  expect(readFileSync(png).equals(painted)).toBe(true);
  // Of another size it is another picture.
  writeFileSync(svg, drawn.replace('<!-- Radweave -->', ''));
  const cropped = withoutMark(painted);
  cropped.writeUInt32BE(10, 16);
  writeFileSync(png, cropped);
  const again = visualize({ config, modalities: ['A'] }, listening());
  await expect(again).rejects.toMatchObject({ code: 'E_OTHER_FILE', where: png });
});

test('draws the same figures again, all or none, and those that lost their source go', async () => {
  const config = withFeatures();
  await fuse({ config, modalities: ['A'] }, listening());
  await visualize({ config, modalities: ['A'] }, listening());
  const read = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folderOf(config)).map((name) => [name, hashFile(join(folderOf(config), name))]),
    );
  const first = read();
  expect(Object.keys(first)).toContain('umap_A.svg');
  await visualize({ config, modalities: ['A'] }, listening());
  expect(read()).toEqual(first);

  const { 'umap_A.png': _, ...others } = first;
  const taken = join(folderOf(config), 'umap_A.png');
  rmSync(taken);
  mkdirSync(taken);
  config.experiment.seed++;
  const failed = visualize({ config, modalities: ['A'] }, listening());
  await expect(failed).rejects.toMatchObject({ code: 'E_NOT_WRITABLE', where: taken });
  rmSync(taken, { recursive: true });
  expect(read()).toEqual(others);

  rmSync(join(config.experiment.output_dir, 'fusion'), { recursive: true });
  const context = listening();
  const { skipped } = await visualize({ config, modalities: ['A'] }, context);
  expect(skipped.map(({ name }) => name)).toContain('roc_test');
  expect(context.said.join('\n')).toMatch(
    /Not drawn: .*roc_test.*: there are no fusion results .*run radweave fuse/,
  );
  expect(existsSync(join(folderOf(config), 'roc_test.svg'))).toBe(false);
  expect(existsSync(join(folderOf(config), 'umap_A.svg'))).toBe(true);
});

test('features and predictions of another division of the patients are not drawn, the curves are', async () => {
  const config = withFeatures();
  writeRun(config, 'A', 1);
  await fuse({ config, modalities: ['A'] }, listening());
  await visualize({ config, modalities: ['A'] }, listening());
  const curves = ['training_curves_A.png', 'training_curves_A.svg'];
  expect(readdirSync(folderOf(config))).toContain('confusion_val.svg');
  const moved = cohort.map((one, i) => (i === 0 ? { ...one, split: 'val' as const } : one));
  writeMadeUpCohort(config, moved);
  const context = listening();
  await visualize({ config, modalities: ['A'] }, context);
  expect(readdirSync(folderOf(config)).sort()).toEqual(curves);
  const said = context.said.join('\n');
  expect(said).toMatch(
    /warning: Not drawn: pca_A, tsne_A, umap_A: .*other patients or slices than the present ones/,
  );
  expect(said).toMatch(
    /warning: Not drawn: roc_val, confusion_val, roc_test, confusion_test, roc_test_hospitals: .*is train, .*but val, .*radweave fuse --modalities A/,
  );
});

test('a split that is torn is refused, and earlier figures stay', async () => {
  const config = withFeatures();
  await visualize({ config, modalities: ['A'] }, listening());
  const before = readdirSync(folderOf(config));
  const torn = join(config.data.splits_dir, 'cohort.csv');
  writeMadeUpCohort(config, cohort, { hashes: { 'cohort.csv': hashFile(torn) } });
  writeFileSync(torn, `${readFileSync(torn, 'utf8').split('\n').slice(0, 5).join('\n')}\n`);
  const failed = visualize({ config, modalities: ['A'] }, listening());
  await expect(failed).rejects.toMatchObject({ code: 'E_SPLIT_TORN', exitCode: 3, where: torn });
  expect(readdirSync(folderOf(config))).toEqual(before);
});

test('with nothing to draw of other modalities, earlier figures stay', async () => {
  const config = withFeatures();
  await visualize({ config, modalities: ['A'] }, listening());
  const before = readdirSync(folderOf(config));
  writeFileSync(join(folderOf(config), 'roc_test.svg'), '<svg><g class="marks"></g></svg>');
  const failed = visualize({ config, modalities: ['Q'] }, listening());
  await expect(failed).rejects.toMatchObject({ code: 'E_NOTHING_TO_DRAW', exitCode: 2 });
  expect(readdirSync(folderOf(config)).sort()).toEqual([...new Set([...before, 'roc_test.svg'])].sort());
});

test('with nothing to draw it is an error that says what to run', async () => {
  const config = cohortConfig(tempDir());
  await expect(visualize({ config, modalities }, listening())).rejects.toMatchObject({
    code: 'E_NOTHING_TO_DRAW',
    exitCode: 2,
    message: expect.stringContaining('`radweave train --modality A`, `radweave extract --modality A` or'),
  });
});

test('maps call the labels by their names', async () => {
  const config = cohortConfig(tempDir());
  const names = ['benign', 'malignant'];
  const named = cohort.map((one) => ({ ...one, label_name: names[one.label] }));
  writeMadeUpCohort(config, named);
  for (const modality of modalities) writeMadeUpFeatures(config, modality, named, 6);
  await visualize({ config, modalities }, listening());
  for (const name of ['pca_A', 'tsne_P', 'umap_fused']) {
    const svg = readFileSync(join(folderOf(config), `${name}.svg`), 'utf8');
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(texts).toEqual(expect.arrayContaining(names));
    expect(texts.filter((text) => text === '0' || text === '1')).toEqual([]);
  }
});

test('a cohort of three labels has a curve for each against the rest', async () => {
  const config = cohortConfig(tempDir());
  const three = madeUpCohort({ train: 45, val: 15, test: 30 }, 3);
  writeMadeUpCohort(config, three);
  for (const modality of modalities) writeMadeUpFeatures(config, modality, three, 6);
  await fuse({ config, modalities }, listening());
  await visualize({ config, modalities }, listening());
  const svg = readFileSync(join(folderOf(config), 'roc_test.svg'), 'utf8');
  expect(marks(svg, 'line')).toBe(3);
  expect(readFileSync(join(folderOf(config), 'confusion_test.svg'), 'utf8')).toContain(
    'the most probable label',
  );
  // The curves are named by their labels alone.
  expect(svg).toContain('ROC of the fused model, test (30 patients)');
});
