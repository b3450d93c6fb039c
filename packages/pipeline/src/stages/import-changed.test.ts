// Files of an export that keep their names and UIDs, and get another content.
import { readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importFiles, privateFiles, readImported } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { type StageContext, silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { importOptions, optionsIn, writeSeries } from './import.options.test.data.ts';
import { importShard, importStage } from './import.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** An import, and what it said. */
async function again(options: ImportOptions) {
  const context = listening();
  const { written, changed, unchanged } = await importStage(options, context);
  return { counts: { written, changed, unchanged }, said: context.said.join('\n') };
}

/** All slices of a data root by their names. */
function slicesOf({ output }: ImportOptions): Record<string, string> {
  return Object.fromEntries(filesBelow(output).map((path) => [path, readFileSync(path, 'base64')]));
}

const CHANGED =
  /Changed: 1 series is written again, as its files or masks are others than at the last import/;

/** Two patients with a series of three slices each. What the first one has is of the version that is asked for. */
const MAKE = `
import os, sys
import numpy as np
root, kind, version = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.makedirs(root, exist_ok=True)
def write(name, ds, sop, uid):
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID, ds.file_meta = sop, uid, FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = sop, uid
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(os.path.join(root, name), enforce_file_format=True)
def about(patient, series, modality):
    from pydicom.dataset import Dataset
    ds = Dataset()
    ds.PatientID, ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.Modality = patient, f'1.2.{patient}', series, modality
    return ds
def ct(patient, number, add, name):
    from pydicom.uid import CTImageStorage
    ds = about(patient, f'1.2.{patient}.1', 'CT')
    ds.SeriesDescription, ds.ImageType, ds.InstanceNumber = 'arterial', ['ORIGINAL', 'PRIMARY', 'AXIAL'], number
    ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing = [0, 0, 5 * number], [1, 0, 0, 0, 1, 0], [1, 1]
    ds.FrameOfReferenceUID = f'1.3.{patient}'
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.Rows, ds.Columns = 1, 'MONOCHROME2', 32, 32
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.PixelData = (np.arange(1024, dtype='<u2') + 600 + add).tobytes()
    ds['PixelData'].VR = 'OW'
    write(name, ds, CTImageStorage, f'1.2.{patient}.1.{number}')
def rtstruct(patient, side):
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence
    ds = about(patient, f'1.2.{patient}.2', 'RTSTRUCT')
    ref, roi, own, contour = Dataset(), Dataset(), Dataset(), Dataset()
    ref.FrameOfReferenceUID = f'1.3.{patient}'
    roi.ROINumber, roi.ReferencedFrameOfReferenceUID, roi.ROIName, roi.ROIGenerationAlgorithm = 1, f'1.3.{patient}', 'GTV', ''
    contour.ContourGeometricType, contour.NumberOfContourPoints = 'CLOSED_PLANAR', 4
    corners = [(4.5, 4.5), (4.5 + side, 4.5), (4.5 + side, 4.5 + side), (4.5, 4.5 + side)]
    contour.ContourData = [str(v) for x, y in corners for v in (x, y, 10)]
    own.ReferencedROINumber, own.ContourSequence = 1, Sequence([contour])
    ds.StructureSetLabel, ds.ReferencedFrameOfReferenceSequence = 'x', Sequence([ref])
    ds.StructureSetROISequence, ds.ROIContourSequence = Sequence([roi]), Sequence([own])
    write(f'{patient}_rs', ds, '1.2.840.10008.5.1.4.1.1.481.3', f'1.2.{patient}.2.1')
def nifti(name, values):
    import nibabel as nib
    nib.save(nib.Nifti1Image(values.astype('i2'), np.diag([1, 1, 5, 1.0])), os.path.join(root, name))
volume = np.arange(16 * 16 * 3).reshape(16, 16, 3)
for patient, own in (('1', version), ('2', 0)):
    if kind in ('dicom', 'rtstruct'):
        for number in (1, 2, 3): ct(patient, number, 7 * own if kind == 'dicom' and number == 2 else 0, f'{patient}_{number}')
    if kind == 'rtstruct': rtstruct(patient, 8 + own)
    if kind in ('nifti', 'mask'): nifti(f'{patient}_A.nii.gz', volume + (7 * own if kind == 'nifti' else 0))
    if kind == 'mask': nifti(f'{patient}_A_mask.nii.gz', (volume < 300 + 200 * own) * 1)
    if kind == 'images':
        from PIL import Image
        Image.fromarray((volume[:, :, 0] % 200 + own).astype('u1')).save(os.path.join(root, f'{patient}_A_1.png'))
if kind == 'rival': ct('1', 2, 9, 'rival')
`;

function make({ root }: ImportOptions, kind: string, version: number): void {
  python(MAKE, { args: [root, kind, String(version)], interpreter: peersPython() });
}

peerTest(
  'a file of the UID of an earlier one that is taken away makes the series anew',
  ['pydicom'],
  async () => {
    const options = optionsIn(tempDir());
    make(options, 'dicom', 0);
    expect((await again(options)).counts).toEqual({ written: 2, changed: 0, unchanged: 0 });
    const before = slicesOf(options);
    make(options, 'rival', 0);
    await expect(again(options)).rejects.toMatchObject({ code: 'E_IMPORT_OPEN' });
    rmSync(join(options.root, '1_2'));
    const { counts, said } = await again(options);
    expect(counts).toEqual({ written: 1, changed: 1, unchanged: 1 });
    expect(said).toMatch(CHANGED);
    const after = slicesOf(options);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(Object.keys(after).filter((path) => after[path] !== before[path])).toHaveLength(1);
    const fresh = { ...optionsIn(tempDir()), root: options.root, secrets: options.secrets };
    await importStage(fresh, silentContext());
    expect(Object.values(slicesOf(fresh))).toEqual(Object.values(after));
    expect(await again(options)).toMatchObject({ counts: { written: 0, changed: 0, unchanged: 2 } });
  },
);

const masked = { mask: { slices: 'largest', crop: '1', name: null, leavesOut: false } } as const;
const volumes = { kind: 'nifti', volumes: { type: 'CT', plane: 'axial' }, modalities: ['A'] } as const;
const KINDS: Record<string, Partial<ImportOptions>> = {
  dicom: {},
  rtstruct: masked,
  nifti: volumes,
  mask: { ...volumes, ...masked },
  images: { kind: 'images', modalities: ['A'] },
};

for (const [kind, more] of Object.entries(KINDS)) {
  peerTest(
    `${kind}: what is replaced under its own name is told as changed, alone`,
    ['pydicom', 'nibabel'],
    async () => {
      const options = optionsIn(tempDir(), more);
      make(options, kind, 0);
      await again(options);
      const before = Object.values(slicesOf(options));
      make(options, kind, 1);
      const { counts, said } = await again(options);
      expect(counts).toEqual({ written: 1, changed: 1, unchanged: 1 });
      expect(said).toMatch(CHANGED);
      expect(Object.values(slicesOf(options))).not.toEqual(before);
      expect((await again(options)).counts).toEqual({ written: 0, changed: 0, unchanged: 2 });
    },
  );
}

/** A series of a patient, and how its second slice gets another content under its UID. */
function small(): { options: ImportOptions; folder: string; change: () => void } {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  writeSeries(folder, 'portal', 2);
  const options = optionsIn(folder);
  const change = (): void => writeSeries(folder, 'arterial', 2, { [TAG.intercept]: ['DS', '-1000'] });
  return { options, folder, change };
}

test('a file is read for its content once, until its size or time is another', async () => {
  const { options } = small();
  const { hashes } = privateFiles(options.secrets);
  // As if it had lain there for long.
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  await again(options);
  const memory = JSON.parse(readFileSync(hashes, 'utf8')) as Record<string, string[]>;
  expect(Object.keys(memory)).toHaveLength(4);
  expect(await again(options)).toMatchObject({ counts: { unchanged: 2 } });
  const [[path = '', known = []] = []] = Object.entries(memory);
  writeFileSync(hashes, JSON.stringify({ ...memory, [path]: [...known.slice(0, 4), 'f'.repeat(64)] }));
  expect((await again(options)).counts).toEqual({ written: 1, changed: 1, unchanged: 1 });
  // Another time, and the content that it had: that of the memory was none.
  for (const name of readdirSync(options.root)) utimesSync(join(options.root, name), 1, 1);
  expect((await again(options)).counts).toEqual({ written: 1, changed: 1, unchanged: 1 });
  for (const name of readdirSync(options.root)) utimesSync(join(options.root, name), 2, 2);
  expect((await again(options)).counts).toEqual({ written: 0, changed: 0, unchanged: 2 });
  rmSync(hashes);
  expect((await again(options)).counts).toEqual({ written: 0, changed: 0, unchanged: 2 });
});

test('what an older version wrote is written again once, as its records do not say the content', async () => {
  const { options, change } = small();
  await again(options);
  const { done } = importFiles(options.records);
  const before = readdirSync(done);
  for (const name of before) renameSync(join(done, name), join(done, name.replace(/_[^_]*\.csv$/, '.csv')));
  const slices = slicesOf(options);
  const { counts, said } = await again(options);
  expect(counts).toEqual({ written: 2, changed: 0, unchanged: 0 });
  expect(said).toContain('2 series are written again: the records of an older version do not say');
  expect([readdirSync(done), slicesOf(options)]).toEqual([before, slices]);
  change();
  expect((await again(options)).counts).toEqual({ written: 1, changed: 1, unchanged: 1 });
});

test('a file that changes while it is imported makes no slice, and the earlier ones stay', async () => {
  const { options, change } = small();
  await again(options);
  const before = slicesOf(options);
  const isWriting = (event: Parameters<StageContext['emit']>[0]): boolean =>
    event.kind === 'progress' && event.task === 'writing series';
  const context: StageContext = {
    ...silentContext(),
    emit: (event) => {
      if (isWriting(event)) change();
    },
  };
  const other = { ...options, pixels: { ...options.pixels, window: 'bone' } };
  await expect(importStage(other, context)).rejects.toMatchObject({
    code: 'E_IMPORT',
    message: expect.stringMatching(/'arterial' of HN-\d{6}: the file was changed while it was imported/),
  });
  const arterial = readImported(importFiles(options.records).table).filter(
    ({ modality }) => modality === 'A',
  );
  expect(arterial.map(({ low }) => low)).toEqual([-160, -160]);
  for (const { file } of arterial) {
    const path = join(options.output, file);
    expect(readFileSync(path, 'base64')).toBe(before[path]);
  }
  expect((await again(other)).counts).toEqual({ written: 1, changed: 1, unchanged: 1 });
});

test('shares are not merged with files that got another content since, and a new export is told as changed', async () => {
  const { options, change } = small();
  await importStage({ ...options, dryRun: true }, silentContext());
  const shared = (shard: { number: number; of: number } | 'merge') =>
    importShard({ ...options, shard }, listening());
  const both = async (): Promise<void> => {
    for (const number of [1, 2]) await shared({ number, of: 2 });
  };
  await both();
  change();
  await expect(shared('merge')).rejects.toMatchObject({
    code: 'E_SHARDS',
    message: expect.stringContaining('files have changed since part 1/2 was made'),
  });
  await both();
  expect((await shared('merge')).merged).toMatchObject({ written: 2, changed: 0 });
  writeSeries(join(options.root, '..'), 'arterial', 2, { [TAG.intercept]: ['DS', '-990'] });
  await both();
  expect((await shared('merge')).merged).toMatchObject({ written: 1, changed: 1, unchanged: 1 });
  expect((await again(options)).counts).toEqual({ written: 0, changed: 0, unchanged: 2 });
});

test('another setting is no other content', async () => {
  const { options } = small();
  await again(options);
  const { counts, said } = await again({ ...options, pixels: { ...options.pixels, window: 'bone' } });
  expect(counts).toEqual({ written: 2, changed: 0, unchanged: 0 });
  expect(said).not.toContain('Changed');
});

test('names and hashes of files stay where nobody else reads them', async () => {
  const { options } = small();
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  await importStage(importOptions(join(options.root, '..'), 'export'), silentContext());
  const memory = JSON.parse(readFileSync(privateFiles(options.secrets).hashes, 'utf8')) as object;
  const hashes = Object.values(memory).map((known: string[]) => known[4] ?? '');
  expect(hashes).toHaveLength(4);
  for (const path of filesBelow(options.records)) {
    const text = path + readFileSync(path, 'utf8');
    expect(hashes.filter((hash) => text.includes(hash.slice(0, 12)))).toEqual([]);
  }
});
