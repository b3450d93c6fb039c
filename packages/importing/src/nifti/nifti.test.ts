import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { peersPython, peerTest, pythonJson, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { FileFault } from '../files/fault.ts';
import { madeUpNifti } from '../testing/made-up-nifti.ts';
import { type CutPlane, cutsOf, PLANES } from './cuts.ts';
import { openNifti, openNiftiHeader, sliceOf } from './open.ts';

/**
 * Writes volumes by nibabel: every type, byte order and version, some scaled, each of another orientation. Prints for each plane the
 * slices of what `as_closest_canonical` makes of them, hung as radiologists do, and the places of corner and steps in DICOM's axes.
 */
const NIBABEL = `
import itertools, json, sys
import numpy as np, nibabel as nib
folder = sys.argv[1]
rng = np.random.default_rng(7)
ways = [(p, s) for p in itertools.permutations(range(3)) for s in itertools.product([1, -1], repeat=3)]
types = ['u1', 'i1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f4', 'f8']
cases = [(types[i % 10], '<>'[i // 10 % 2], [nib.Nifti1Image, nib.Nifti2Image][i % 2 ^ i // 24], *ways[i]) for i in range(48)]
out = {}
for i, (kind, order, Image, perm, signs) in enumerate(cases):
    a = rng.integers(-100 if kind[0] != 'u' else 0, 100, (3, 4, 5)).astype(order + kind)
    angle = 0.3 * (i % 3)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    shear = np.eye(3) + (i % 4 == 3) * np.array([[0, .1, 0], [0, 0, .05], [0, 0, 0]])
    m = turn @ shear @ np.eye(3)[:, list(perm)] @ np.diag(signs) @ np.diag([0.8, 1.2, 2.5])
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = m, [10, -20, 30]
    image = Image(a, affine, dtype=order + kind)
    image = Image(a, affine, image.header.as_byteswapped(order))
    # The qform alone holds no shear.
    if i % 4 == 1:
        image.set_sform(None, 0)
        image.set_qform(affine, 1)
    if i % 3 == 1:
        image.header.set_slope_inter(2.5, -7)
    path = f'{folder}/{i}.nii' + ('.gz' if i % 5 == 0 else '')
    nib.save(image, path)
    image = nib.load(path)
    canonical = nib.as_closest_canonical(image)
    data, A = canonical.get_fdata(), np.diag([-1, -1, 1, 1]) @ canonical.affine
    I, J, K = data.shape
    planes = {
        'axial': (data[::-1, ::-1].transpose(2, 1, 0), [I - 1, J - 1, 0], [-A[:3, 0], -A[:3, 1], A[:3, 2]]),
        'coronal': (data[::-1, ::-1, ::-1].transpose(1, 2, 0), [I - 1, J - 1, K - 1], [-A[:3, 0], -A[:3, 2], -A[:3, 1]]),
        'sagittal': (data[::-1, ::-1, ::-1].transpose(0, 2, 1), [I - 1, J - 1, K - 1], [-A[:3, 1], -A[:3, 2], -A[:3, 0]]),
    }
    out[path] = {name: {'slices': np.float32(v).reshape(len(v), -1).tolist(), 'origin': (A @ [*corner, 1])[:3].tolist(),
                        'steps': np.array(steps).tolist()} for name, (v, corner, steps) in planes.items()}
json.dump(out, sys.stdout)
`;

type Expected = Record<string, Record<CutPlane, { slices: number[][]; origin: number[]; steps: number[][] }>>;

peerTest(
  '48 orientations, types, byte orders and versions: voxels and places are those of nibabel',
  ['nibabel'],
  () => {
    const expected = pythonJson<Expected>(NIBABEL, { args: [tempDir()], interpreter: peersPython() });
    expect(Object.keys(expected)).toHaveLength(48);
    for (const [path, planes] of Object.entries(expected)) {
      const file = openNifti(path);
      for (const plane of PLANES) {
        const cuts = cutsOf(file.header, plane);
        const { slices, origin, steps } = planes[plane];
        const found = Array.from({ length: cuts.slices }, (_, index) => [
          ...sliceOf(file, cuts, { volume: 0, index }),
        ]);
        expect(found, `${path}, ${plane}`).toEqual(slices);
        const places = [...cuts.origin, ...cuts.steps.flat()];
        for (const [i, one] of [...origin, ...steps.flat()].entries()) expect(places[i]).toBeCloseTo(one, 4);
      }
    }
  },
);

const fileOf = (bytes: Uint8Array): string => {
  const path = join(tempDir(), 'volume');
  writeFileSync(path, bytes);
  return path;
};

/** A file of 3×2×2 voxels with some bytes changed. */
function changed(change: (view: DataView) => void): Uint8Array {
  const bytes = madeUpNifti({ shape: [3, 2, 2], values: (i) => i });
  change(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return bytes;
}

test.each<[what: string, bytes: Uint8Array, message: string]>([
  ['another file', Buffer.from('{"a": 1}'), 'it is not a NIfTI file'],
  ['a DICOM file', Buffer.from(`${'\0'.repeat(128)}DICM`), 'DICOM: radweave import dicom reads it'],
  ['an empty file', Buffer.alloc(0), 'it is not a NIfTI file'],
  ['half a header', changed(() => undefined).subarray(0, 300), 'the header is cut off'],
  ['half the voxels', changed(() => undefined).subarray(0, 365), 'it is cut off'],
  ['half the voxels, compressed', gzipSync(changed(() => undefined).subarray(0, 365)), 'the file is cut off'],
  ['a compressed file cut off', gzipSync(changed(() => undefined)).subarray(0, -12), 'damaged'],
  [
    'more than any compression holds',
    gzipSync(changed((view) => view.setInt16(44, 30_000, true))),
    'it is cut off',
  ],
  ['a header of a pair', changed((view) => view.setUint8(345, 'i'.charCodeAt(0))), 'a pair of .hdr and .img'],
  ['Analyze', changed((view) => view.setUint32(344, 0)), 'Analyze'],
  ['colours', changed((view) => view.setInt16(70, 128, true)), 'colours (RGB) are not read'],
  ['no dimensions', changed((view) => view.setInt16(40, 9, true)), '9 is not a valid number of dimensions'],
  ['an empty volume', changed((view) => view.setInt16(42, -3, true)), 'is empty'],
  [
    'a slice beyond memory',
    changed((view) => [42, 44].map((at) => view.setInt16(at, 32_000, true))),
    'too large',
  ],
  [
    'five dimensions',
    changed((view) => {
      view.setInt16(40, 5, true);
      view.setInt16(48, 1, true);
      view.setInt16(50, 2, true);
    }),
    'more than 4',
  ],
  ['voxels in the header', changed((view) => view.setFloat32(108, 0, true)), 'lie in the header'],
  [
    'no rotation',
    changed((view) => [
      view.setInt16(254, 0, true),
      view.setInt16(252, 1, true),
      view.setFloat32(256, 2, true),
    ]),
    'is not a rotation',
  ],
  ['a flat volume', changed((view) => view.setFloat32(280, 0, true)), 'two of its axes are the same'],
  [
    'places that are no numbers',
    changed((view) => view.setFloat32(280, Number.NaN, true)),
    'two of its axes are the same',
  ],
])('refused: %s', (_, bytes, message) => {
  const read = (): unknown => cutsOf(openNifti(fileOf(bytes)).header, 'axial');
  expect(read).toThrow(FileFault);
  expect(read).toThrow(message);
});

test('what packs to a thousandth is read as far as its header says, and what goes beyond is refused before it is unpacked', () => {
  const shape = [256, 256, 100];
  const mask = madeUpNifti({ shape, values: () => 0 });
  const packed = gzipSync(mask);
  expect(mask.length / packed.length).toBeGreaterThan(900);
  expect(openNifti(fileOf(packed)).voxels.length).toBe(2 * 256 * 256 * 100);
  const small = madeUpNifti({ shape: [3, 2, 2], values: (i) => i });
  const bomb = gzipSync(Buffer.concat([small, Buffer.alloc(1 << 27)]));
  const before = process.memoryUsage().rss;
  expect(() => openNifti(fileOf(bomb))).toThrow('holds more than its header says');
  expect(process.memoryUsage().rss - before).toBeLessThan(1 << 26);
  const huge = madeUpNifti({ shape: [2, 2, 2], values: () => 0 });
  for (const at of [42, 44, 46]) new DataView(huge.buffer).setInt16(at, 2000, true);
  const claims = gzipSync(Buffer.concat([huge, randomBytes(1 << 24)]));
  expect(() => openNifti(fileOf(claims))).toThrow('more than 2 GiB are not read');
});

test('damaged bytes are read or refused, and take no more memory than the file gives', () => {
  const plain = madeUpNifti({ shape: [16, 16, 8], values: (i) => i });
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (const whole of [plain, gzipSync(plain)]) {
    for (let round = 0; round < 400; round++) {
      const bytes = Uint8Array.from(whole);
      for (let i = 0; i <= random(4); i++) bytes[random(round % 2 === 0 ? 352 : bytes.length)] = random(256);
      const path = fileOf(round % 7 === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
      try {
        const file = openNifti(path);
        expect(file.voxels.byteLength).toBeLessThanOrEqual(2 * plain.length);
        sliceOf(file, cutsOf(file.header, 'axial'), { volume: 0, index: 0 });
      } catch (error) {
        expect(error).toBeInstanceOf(FileFault);
      }
    }
  }
});

test('lengths in metres become millimetres, and a volume that nobody placed says so', () => {
  const bytes = changed((view) => {
    view.setUint8(123, 1);
    view.setInt16(254, 0, true);
  });
  const header = openNiftiHeader(fileOf(bytes));
  expect(header.odd).toContain('does not say what is left and right');
  expect(cutsOf(header, 'axial').steps[2][2]).toBe(1000);
});

test.each<[what: string, change: (view: DataView) => void, odd: string]>([
  ['as the sform', () => undefined, ''],
  [
    'turned round',
    (view) => view.setFloat32(256 + 8, 1, true),
    'place it up to 4.47 mm apart: the sform counts',
  ],
  ['by rounding beside it', (view) => view.setFloat32(268, 0.01, true), ''],
  ['10 mm beside it', (view) => view.setFloat32(268, 10, true), 'up to 10 mm apart'],
  ['and is no rotation', (view) => view.setFloat32(256, 2, true), ''],
])('a qform that places a volume otherwise than the sform is told: %s', (_, change, odd) => {
  const bytes = changed((view) => {
    view.setInt16(252, 1, true);
    change(view);
  });
  const found = openNiftiHeader(fileOf(bytes)).odd;
  if (odd === '') expect(found).toBe('');
  else expect(found).toContain(odd);
});
