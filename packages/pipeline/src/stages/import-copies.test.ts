// One image in several files of an export, written by pydicom.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { importFiles, privateFiles, readImported } from '@radweave/artifacts';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { optionsIn } from './import.options.test.data.ts';
import { importStage } from './import.ts';

/** Two slices of a series; the first one as JPEG 2000 too, and as what is asked for. */
const MAKE = `
import os, sys
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless
root, kind = sys.argv[1:]
os.makedirs(root)
def write(name, number, add=0, way=ExplicitVRLittleEndian):
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID, ds.ImageType = CTImageStorage, f'1.2.3.{number}', ['ORIGINAL', 'PRIMARY', 'AXIAL']
    ds.PatientID, ds.PatientName, ds.Modality, ds.SeriesDescription = '张三', 'a', 'CT', 'arterial'
    ds.SpecificCharacterSet = 'GB18030'
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.InstanceNumber = '1.2', '1.2.3', number
    ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing = [0, 0, 5 * number], [1, 0, 0, 0, 1, 0], [1, 1]
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.Rows, ds.Columns = 1, 'MONOCHROME2', 32, 32
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.PixelData = (np.arange(1024, dtype='<u2') + 600 + add).tobytes()
    ds['PixelData'].VR = 'OW'
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    if way != ExplicitVRLittleEndian:
        ds.compress(way, generate_instance_uid=False)
    ds.save_as(os.path.join(root, name), enforce_file_format=True)
write('I1', 1)
write('I2', 2)
write('copy', 1, way=JPEG2000Lossless)
if kind == 'other':
    write('A again', 1, add=7)
if kind == 'cut':
    write('A again', 1)
    path = os.path.join(root, 'A again')
    os.truncate(path, os.path.getsize(path) - 100)
`;

function exported(kind: 'same' | 'other' | 'cut') {
  const folder = tempDir();
  python(MAKE, { args: [join(folder, 'export'), kind], interpreter: peersPython() });
  return optionsIn(folder);
}

peerTest(
  'files of one image with other pixels stop the series until one is taken away',
  ['pydicom', 'openjpeg'],
  async () => {
    const options = exported('other');
    await expect(importStage(options, silentContext())).rejects.toMatchObject({
      code: 'E_IMPORT_OPEN',
      exitCode: 3,
      message: expect.stringMatching(
        /^files have one SOPInstanceUID, and other values, another place or another modality\n {2}- HN-\d{6}, series \w{16}: A again and I1 /,
      ),
      hint: expect.stringContaining('Take all but the right one of them away'),
    });
    expect(
      filesBelow(options.records)
        .map((path) => readFileSync(path, 'utf8'))
        .join(),
    ).not.toContain('A again');
    const dry = listening();
    await importStage({ ...options, dryRun: true }, dry);
    expect(dry.said.join('\n')).not.toContain('the same image');
    expect(readFileSync(privateFiles(options.secrets).leftOut, 'utf8')).toContain(
      ',"one SOPInstanceUID with A again, and other values, another place or another modality"\n',
    );
    expect(dry.said.join('\n')).toMatch(
      /: A again and I1\n(.*\n)*.*but 1 SOPInstanceUID is that of several images/,
    );
    rmSync(join(options.root, 'A again'));
    expect(await importStage(options, silentContext())).toMatchObject({ written: 1 });
  },
);

peerTest(
  'a copy in another coding is left out, and so is one that is cut off',
  ['pydicom', 'openjpeg'],
  async () => {
    const tables = [];
    for (const kind of ['same', 'cut'] as const) {
      const options = exported(kind);
      const context = listening();
      expect(await importStage(options, context)).toMatchObject({ written: 1 });
      const cut = '; 1 × the same image in another file that cannot be read, left out';
      expect(context.said.join('\n')).toContain(
        `of A: 1 × the same image in another file, left out${kind === 'cut' ? cut : '.'}`,
      );
      const rows = readImported(importFiles(options.records).table);
      tables.push(rows.map(({ position, low, photometric }) => [position, low, photometric]));
      const left = readFileSync(privateFiles(options.secrets).leftOut, 'utf8');
      if (kind === 'cut')
        expect(left).toMatch(/\nA again,HN-\d+,\w+,"the same image as I1, and .*cut off.*"\n/);
      expect(left).toMatch(/\ncopy,HN-\d+,\w+,the same image as I1\n/);
    }
    expect(tables[1]).toEqual(tables[0]);
    expect(tables[0]).toHaveLength(2);
  },
);
