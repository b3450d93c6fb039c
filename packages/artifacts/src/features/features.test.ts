import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { python, pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readAligned, writeAligned } from './aligned.ts';
import { featureSetPath, readFeatureSet, writeFeatureSet } from './feature-set.ts';
import {
  featurePath,
  featureTablePath,
  readFeatureTable,
  readSliceIndex,
  resolveFeaturePath,
  writeFeatureTable,
  writeSliceIndex,
} from './feature-table.ts';
import { decodeNpy, readFeatures, readNpy } from './npy-read.ts';
import type { NpyArray } from './npy-types.ts';
import { encodeNpy, writeNpy } from './npy-write.ts';

const samples: NpyArray<Float32Array>[] = [
  { shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i / 7) },
  { shape: [15, 2048], data: new Float32Array(15 * 2048).fill(1.5) },
  { shape: [], data: Float32Array.of(Math.PI) },
  { shape: [5], data: Float32Array.of(1, -2, 0, -0, 3.4e38) },
  { shape: [0, 7], data: new Float32Array(0) },
];

referenceTest('files are byte for byte what numpy.save writes', ['numpy'], () => {
  const folder = tempDir();
  samples.forEach((sample, i) => void writeNpy(join(folder, `${i}.npy`), sample));
  python(
    `import numpy as np, sys
for i in range(int(sys.argv[2])):
    np.save(f'{sys.argv[1]}/{i}.again.npy', np.load(f'{sys.argv[1]}/{i}.npy'))`,
    { args: [folder, String(samples.length)] },
  );
  samples.forEach((sample, i) => {
    const ours = readFileSync(join(folder, `${i}.npy`));
    expect(readFileSync(join(folder, `${i}.again.npy`)).equals(ours)).toBe(true);
    expect(readNpy(join(folder, `${i}.npy`))).toEqual(sample);
  });
});

referenceTest('every float, byte order, memory order and version of numpy is read', ['numpy'], () => {
  const folder = tempDir();
  const expected = pythonJson<Record<string, { shape: number[]; values: string[] }>>(
    `
import numpy as np, sys, json
rng = np.random.default_rng(0)
out = {}
for descr in ['<f2', '>f2', '<f4', '>f4', '<f8', '>f8']:
    for order in 'CF':
        for version in [(1, 0), (2, 0), (3, 0)]:
            a = np.asarray((rng.standard_normal((2, 3, 4)) * 50).astype(descr), order=order)
            if descr.endswith('f2'): a.flat[:4] = [np.inf, 6e-8, -0.0, 65504]
            name = f'{descr[1:]}{"be" if descr[0] == ">" else ""}{order}{version[0]}'
            with open(f'{sys.argv[1]}/{name}.npy', 'wb') as f: np.lib.format.write_array(f, a, version=version)
            flat = a.ravel(order='C')
            out[name] = {'shape': a.shape, 'values': [repr(float(v)) for v in flat]}
print(json.dumps(out))`,
    { args: [folder] },
  );
  expect(Object.keys(expected)).toHaveLength(6 * 2 * 3);
  for (const [name, { shape, values }] of Object.entries(expected)) {
    const array = readNpy(join(folder, `${name}.npy`));
    const numbers = values.map((value) => (value === 'inf' ? Number.POSITIVE_INFINITY : Number(value)));
    expect(array.shape, name).toEqual(shape);
    expect(Array.from(array.data), name).toEqual(numbers);
  }
});

referenceTest('objects, records, text and what is no float are refused by name', ['numpy'], () => {
  const path = join(tempDir(), 'x.npy');
  for (const value of [
    'np.array([{}], dtype=object)',
    "np.zeros(2, dtype=[('a','f4')])",
    "np.array(['a'])",
    "np.zeros((1, 2), dtype='i4')",
    "np.zeros((1, 2), dtype='?')",
  ]) {
    python(`import numpy as np, sys; np.save(sys.argv[1], ${value})`, { args: [path] });
    expect(() => readNpy(path)).toThrow(/cannot be read/);
  }
});

referenceTest('features in float64 are taken as float32', ['numpy'], () => {
  const path = join(tempDir(), 'x.npy');
  python('import numpy as np, sys; np.save(sys.argv[1], np.array([[0.1, 2]]))', { args: [path] });
  expect(readFeatures(path)).toEqual({ shape: [1, 2], data: Float32Array.of(0.1, 2) });
});

test('cut-off files, other files and wrong features are clear errors', () => {
  const bytes = Buffer.from(encodeNpy({ shape: [3, 4], data: new Float32Array(12) }));
  expect(() => decodeNpy(bytes.subarray(0, -4), 'a.npy')).toThrow(
    /shape \(3, 4\) needs 48 bytes, found 44 \(a\.npy\)/,
  );
  expect(() => decodeNpy(bytes.subarray(0, 40), 'a.npy')).toThrow(/ends inside its header/);
  const many = `{'descr': '<f4', 'fortran_order': False, 'shape': (${'1,'.repeat(70)}), }`.padEnd(255);
  const array = Buffer.from(`\x93NUMPY\x01\0\xff\0${many}`, 'latin1');
  expect(() => decodeNpy(array, 'a.npy')).toThrow('an array of 70 dimensions');
  expect(() => decodeNpy(Buffer.from('image_path,label\n'), 'a.npy')).toThrow(/not a \.npy file/);
  expect(() => encodeNpy({ shape: [3], data: new Float32Array(2) })).toThrow(RangeError);
  const path = join(tempDir(), 'p.npy');
  const write = (shape: number[], data: Float32Array) => writeNpy(path, { shape, data });
  write([2], new Float32Array(2));
  expect(() => readFeatures(path)).toThrow(/must be of shape \(slices, dims\)/);
  write([1, 2], Float32Array.of(1, Number.NaN));
  expect(() => readFeatures(path)).toThrow(/NaN/);
});

const row = (patient_id: string, label: number) => ({
  patient_id,
  feature_path: featurePath('data/features', 'train', 'A', label, patient_id),
  label,
  num_slices: 3,
});

test('the feature table has the four columns, and a patient may stand in it once', () => {
  const path = featureTablePath(tempDir(), 'train', 'A');
  writeFeatureTable(path, [row('007', 0), row('7', 1)]);
  expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('patient_id,feature_path,label,num_slices');
  expect(readFeatureTable(path)).toEqual([row('007', 0), row('7', 1)]);
  writeFeatureTable(path, [row('007', 0), row('007', 1)]);
  expect(() => readFeatureTable(path)).toThrow(/patient 007 is listed twice \(.*row 2\)/);
});

test('a moved features folder uses its own files', () => {
  const moved = join(tempDir(), 'moved');
  const table = featureTablePath(moved, 'train', 'A');
  const file = featurePath(moved, 'train', 'A', 0, '007');
  writeNpy(file, { shape: [1, 1], data: new Float32Array(1) });
  expect(resolveFeaturePath(table, 'D:\\data\\features\\train\\A\\grade0\\007.npy')).toBe(file);
  expect(resolveFeaturePath(join(moved, 'train', 'aligned', 'x.csv'), row('007', 0).feature_path)).toBe(file);
  const elsewhere = join(moved, 'own.npy');
  copyFileSync(file, elsewhere);
  expect(resolveFeaturePath(table, elsewhere)).toBe(elsewhere);
});

test('aligned tables come back, and tables in another order are refused', () => {
  const folder = join(tempDir(), 'aligned');
  mkdirSync(folder);
  const patients = [
    { patient_id: '007', hospital: 'JM', label: 0 },
    { patient_id: '7', hospital: '', label: 1 },
  ];
  const missing = [{ patient_id: '9', label: 1, missing_modalities: 'P' }];
  const rows = [row('007', 0), row('7', 1)];
  writeAligned(folder, { patients, missing, tables: { A: rows, P: rows } });
  expect(readAligned(folder, ['A', 'P'])).toEqual({ patients, missing, tables: { A: rows, P: rows } });
  writeFeatureTable(join(folder, 'features_P.csv'), [...rows].reverse());
  expect(() => readAligned(folder, ['A', 'P'])).toThrow(/same order \(.*features_P\.csv, row 1\)/);
  writeFeatureTable(join(folder, 'features_P.csv'), rows.slice(0, 1));
  expect(() => readAligned(folder, ['P'])).toThrow(/row 2/);
});

test('slice indices and the origin of features come back', () => {
  const folder = tempDir();
  const index = [{ row: 0, image_path: '/a/b.png' }];
  writeSliceIndex(join(folder, '7.slices.csv'), index);
  expect(readSliceIndex(join(folder, '7.slices.csv'))).toEqual(index);
  const set = {
    format: 1 as const,
    modality: 'A',
    split: 'train',
    model: 'resnet18',
    checkpoint: 'best_model.pth',
    checkpoint_sha256: '0'.repeat(64),
    split_hash: null,
    in_sample: false,
    dims: 512,
    patients: 28,
    slices: 300,
    precision: 'fp32' as const,
    image_size: 224,
    normalize_mean: 0.5,
    normalize_std: 0.5,
    versions: {},
  };
  const path = featureSetPath(folder, 'train', 'A');
  writeFeatureSet(path, set);
  expect(readFeatureSet(path)).toEqual(set);
  writeFileSync(path, '{"format": 2}');
  expect(() => readFeatureSet(path)).toThrow(/is of format 2, which this version does not read/);
  writeFileSync(path, '{"format": 1}');
  expect(() => readFeatureSet(path)).toThrow(/expected fields/);
});
