import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  featureSetPath,
  featureTablePath,
  readAligned,
  readFeatureSet,
  readFeatures,
  readFeatureTable,
  readSliceIndex,
  readSplit,
  SPLITS,
  splitPath,
  toldFile,
  writeSplit,
} from '@radweave/artifacts';
import { createModel } from '@radweave/models';
import { writeRun } from '@radweave/network/testing/runs';
import type { StageContext } from '@radweave/study/context/events';
import { listening, makeSplitOwn } from '@radweave/study/testing/cohort';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { saveCheckpoint } from '@radweave/torch';
import { expect, test } from 'vitest';
import { asked, contents, prepared } from './extract.test.data.ts';
import { extract } from './extract.ts';
import { preprocess } from './preprocess.ts';

const TORCHVISION = `
import json, sys, re, numpy as np, pandas as pd, torch, torchvision
from PIL import Image
from pathlib import Path
checkpoint, splits, features = sys.argv[1:4]
state = torch.load(checkpoint, map_location='cpu')['model_state_dict']
net = torchvision.models.resnet18(num_classes=2)
net.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
net.load_state_dict(state)
net.fc = torch.nn.Identity()
net.eval()
natural = lambda s: [int(t) if t.isdigit() else t for t in re.split(r'(\\d+)', s)]
worst, largest, patients, wide = 0.0, 0.0, 0, 0
for split in ['train', 'val', 'test']:
    t = pd.read_csv(f'{features}/{split}/features_A.csv', dtype={'patient_id': str})
    assert list(t.columns) == ['patient_id', 'feature_path', 'label', 'num_slices'], t.columns
    images = [Path(p) for p in pd.read_csv(f'{splits}/{split}_A.csv').image_path]
    for row in t.itertuples():
        assert row.feature_path == f'{features}/{split}/A/grade{row.label}/{row.patient_id}.npy'
        paths = sorted((p for p in images if p.parts[-3] == row.patient_id), key=lambda p: natural(p.name))
        x = np.stack([np.array(Image.open(p), dtype=np.float32) / 255 for p in paths])[:, None]
        with torch.no_grad():
            theirs = net((torch.from_numpy(x) - 0.5) / 0.5).numpy()
        ours = np.load(row.feature_path)
        assert ours.dtype == np.float32 and ours.flags.c_contiguous and ours.shape == (row.num_slices, 512)
        worst = max(worst, float(np.abs(ours - theirs).max()))
        largest = max(largest, float(np.abs(theirs).max()))
        patients += 1
        wide = max(wide, row.num_slices)
print(json.dumps({'worst': worst / largest, 'patients': patients, 'wide': wide}))
`;

test('a test image that cannot be decoded ends the extraction of the sets before it', async () => {
  const config = await prepared();
  const { best: checkpoint } = await writeRun(config, 'first', 'A', 1, 'mobilenetv3_small_100');
  config.extraction.batch_size = 1;
  const [{ path = '' } = {}] = readSplit(splitPath(config.data.splits_dir, 'test', 'A')).slice(-1);
  writeFileSync(path, readFileSync(path).subarray(0, 60));
  const extracted = new Set<string>();
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  const slow: StageContext = {
    emit: (event) => {
      if (event.kind === 'progress' && event.done === event.total) extracted.add(event.task);
    },
    // Decoding has a thread of its own.
    shouldStop: () => Atomics.wait(waiting, 0, 0, 200) === 'ok',
  };
  await expect(extract(asked(config, { checkpoint }), slow)).rejects.toMatchObject({
    code: 'E_IMAGES',
    message: expect.stringContaining(path),
  });
  expect([...extracted].filter((task) => task.startsWith('extracting'))).toEqual([]);
});

referenceTest(
  'features equal PyTorch’s for every patient, slices in natural order, read by numpy and pandas',
  ['torch', 'torchvision', 'pandas', 'PIL'],
  async () => {
    const config = await prepared();
    const { splits_dir, features_dir } = config.data;
    const run = await writeRun(config, 'first', 'A', 1);
    // A user's own file need not be in order.
    makeSplitOwn(config);
    const path = splitPath(splits_dir, 'train', 'A');
    const rows = readSplit(path).map((slice) => ({ image_path: slice.path, label: slice.label }));
    writeSplit(path, rows.reverse());
    const result = await extract(asked(config), listening());
    expect(result).toMatchObject({ modality: 'A', model: 'resnet18', dims: 512, aligned: null });
    const compared = pythonJson<{ worst: number; patients: number; wide: number }>(TORCHVISION, {
      args: [run.best, splits_dir, features_dir],
    });
    expect(compared.worst).toBeLessThan(1e-5);
    expect(compared).toMatchObject({ patients: 18, wide: 6 });
  },
);

test('the default is the newest best run of the modality and model, and it is said which', async () => {
  const config = await prepared();
  await writeRun(config, 'older', 'A', 1);
  await writeRun(config, 'newest', 'A', 2);
  const p = await writeRun(config, 'other', 'P', 3);
  const common = join(config.experiment.output_dir, 'checkpoints', 'best_model.pth');
  writeFileSync(common, readFileSync(p.best));
  for (const checkpoint of [undefined, common]) {
    const context = listening();
    const result = await extract(asked(config, { checkpoint, model: 'resnet18' }), context);
    expect(result.checkpoint).toBe(
      join(config.experiment.output_dir, 'checkpoints', 'newest', 'best_model.pth'),
    );
    expect(context.said.join('\n')).toContain("Using the best epoch of A's run 'newest'");
  }
});

test('a checkpoint of another modality or model is an error that names the right one', async () => {
  const config = await prepared();
  const a = await writeRun(config, 'a', 'A', 1);
  await expect(extract(asked(config, { modality: 'P' }), listening())).rejects.toThrow(
    /no model of modality P has been trained; the runs here: a \(A, resnet18\)/,
  );
  const p = await writeRun(config, 'p', 'P', 2);
  const checkpoints = join(config.experiment.output_dir, 'checkpoints');
  cpSync(p.best, join(checkpoints, 'best_model.pth'));
  await expect(extract(asked(config, { model: 'resnet50' }), listening())).rejects.toThrow(
    /no model of modality A with resnet50 has been trained; the runs here: .*a \(A, resnet18\).*radweave train --modality A --model resnet50; or leave out --model; or use/,
  );
  rmSync(join(checkpoints, 'best_model.pth'));
  for (const name of ['b', 'c', 'd'])
    cpSync(join(checkpoints, 'a'), join(checkpoints, name), { recursive: true });
  await expect(extract(asked(config, { checkpoint: 'no.pth' }), listening())).rejects.toThrow(
    /the newest of 5 runs here: (\w+ \([AP], resnet18\)(, )?){3}; each is a folder in .*checkpoints/,
  );
  for (const name of ['b', 'c', 'd']) rmSync(join(checkpoints, name), { recursive: true });
  await expect(extract(asked(config, { checkpoint: p.best }), listening())).rejects.toMatchObject({
    code: 'E_CHECKPOINT_MODALITY',
    message: expect.stringContaining(`--checkpoint ${a.best}`),
  });
  await expect(
    extract(asked(config, { checkpoint: a.best, model: 'resnet50' }), listening()),
  ).rejects.toMatchObject({ code: 'E_CHECKPOINT_MODEL', message: expect.stringContaining('is a resnet18') });
  await expect(extract(asked(config, { modality: 'aligned' }), listening())).rejects.toMatchObject({
    code: 'E_MODALITIES',
  });
  await expect(extract(asked(config, { checkpoint: 'no.pth' }), listening())).rejects.toMatchObject({
    code: 'E_NO_CHECKPOINT',
    exitCode: 2,
  });
});

test('records where features came from, and which of them are in-sample', async () => {
  const config = await prepared();
  const run = await writeRun(config, 'run', 'A', 1);
  config.extraction.slice_index = true;
  await extract(asked(config), listening());
  const set = (split: string) => readFeatureSet(featureSetPath(config.data.features_dir, split, 'A'));
  expect(set('train')).toMatchObject({
    model: 'resnet18',
    checkpoint: toldFile(run.best),
    checkpoint_sha256: createHash('sha256').update(readFileSync(run.best)).digest('hex'),
    in_sample: true,
    image_size: 32,
    normalize_mean: 0.5,
    precision: 'fp32',
  });
  expect([set('val').in_sample, set('test').in_sample]).toEqual([false, false]);
  const [row] = readFeatureTable(featureTablePath(config.data.features_dir, 'test', 'A'));
  const index = readSliceIndex(row?.feature_path.replace('.npy', '.slices.csv') ?? '');
  expect(index.map(({ row: at }) => at)).toEqual([0, 1, 2]);
  expect(index[0]?.image_path).toMatch(/slice_001\.png$/);
});

test('a checkpoint whose training patients are now in validation or test is refused', async () => {
  const config = await prepared();
  const { best: checkpoint } = await writeRun(config, 'run', 'A', 1);
  config.experiment.seed = 7;
  await preprocess({ config }, listening());
  await expect(extract(asked(config, { checkpoint }), listening())).rejects.toMatchObject({
    code: 'E_LEAK_CHECKPOINT',
    exitCode: 3,
  });
  expect(existsSync(featureTablePath(config.data.features_dir, 'train', 'A'))).toBe(false);
});

test('told to stop, it leaves the old features whole; extracting again replaces them whole', async () => {
  const config = await prepared();
  await writeRun(config, 'first', 'A', 1);
  await extract(asked(config), listening());
  const { features_dir } = config.data;
  const foreign = join(features_dir, 'val', 'A', 'grade0', 'gone.npy');
  mkdirSync(join(features_dir, 'val', 'A', 'grade0'), { recursive: true });
  writeFileSync(foreign, 'x');
  const before = contents(features_dir);
  await writeRun(config, 'second', 'A', 2);
  let batches = 0;
  const stopping: StageContext = {
    emit: (event) => {
      if (event.kind === 'progress' && event.task.startsWith('extracting test')) batches++;
    },
    shouldStop: () => batches > 0,
  };
  await expect(extract(asked(config), stopping)).rejects.toMatchObject({
    code: 'E_INTERRUPTED',
    exitCode: 4,
  });
  expect(batches).toBe(1);
  expect(contents(features_dir)).toEqual(before);
  await extract(asked(config), listening());
  expect(existsSync(foreign)).toBe(false);
  expect(readdirSync(join(features_dir, 'val')).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('without an external hospital the test table has only its header', async () => {
  const config = await prepared();
  makeSplitOwn(config);
  writeSplit(splitPath(config.data.splits_dir, 'test', 'A'), []);
  await writeRun(config, 'run', 'A', 1);
  const { patients } = await extract(asked(config), listening());
  expect(patients).toEqual({ train: 7, val: 3, test: 0 });
  expect(readFileSync(featureTablePath(config.data.features_dir, 'test', 'A'), 'utf8')).toBe(
    'patient_id,feature_path,label,num_slices\n',
  );
});

test('--align says which modality has no features yet, and aligns both once there are', async () => {
  const config = await prepared();
  await writeRun(config, 'a', 'A', 1);
  await writeRun(config, 'p', 'P', 2);
  const context = listening();
  const first = await extract(asked(config, { align: true }), context);
  expect(first.aligned?.modalities).toEqual(['A']);
  expect(context.said.join('\n')).toContain('P has no features yet');
  const second = await extract(asked(config, { modality: 'P', align: true }), listening());
  expect(second.aligned).toMatchObject({ modalities: ['A', 'P'], patients: { train: 7, val: 3, test: 8 } });
  const { tables } = readAligned(join(config.data.features_dir, 'test', 'aligned'), ['A', 'P']);
  expect(readFeatures(tables.P?.[0]?.feature_path ?? '').shape).toEqual([3, 512]);
});

test('split files without a single slice are an error, not empty features', async () => {
  const config = await prepared();
  makeSplitOwn(config);
  for (const split of SPLITS) writeSplit(splitPath(config.data.splits_dir, split, 'A'), []);
  const checkpoint = join(tempDir(), 'weights.pth');
  const model = createModel('mobilenetv3_small_100', { numClasses: 2, inChans: 1 });
  await saveCheckpoint(checkpoint, model.stateDict());
  config.model.name = 'mobilenetv3_small_100';
  await expect(
    extract(asked(config, { checkpoint, given: ['model.name'] }), listening()),
  ).rejects.toMatchObject({ code: 'E_NO_PATIENTS', exitCode: 3, where: config.data.splits_dir });
  expect(existsSync(featureTablePath(config.data.features_dir, 'train', 'A'))).toBe(false);
});
