import { statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { silentContext } from '@radweave/study/context/events';
import { peersPython, peerTest, python, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { imported, optionsIn } from './import.masks.test.data.ts';
import { importStage } from './import.ts';

/** CTs of 5 slices with a SEG by highdicom, an RTSTRUCT or a NIfTI mask: squares of 4, 8 and 6 pixels in slices 1 to 3. */
const DICOM = `
import json, os, sys
import numpy as np, pydicom, highdicom as hd
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
def export(folder, kind, shift):
    os.makedirs(folder); shift = float(shift)
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    def save(ds, name, sop):
        ds.SOPClassUID = sop
        ds.SOPInstanceUID = ds.get('SOPInstanceUID') or generate_uid()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID, ds.file_meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, sop
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.save_as(f'{folder}/{name}', enforce_file_format=True)
    def about(ds, uid):
        ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.PatientSex = 'HN-1', 'A^B', '', ''
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, uid, frame
        ds.StudyDate = ds.StudyTime = ds.AccessionNumber = ds.StudyID = ds.ReferringPhysicianName = ''
        ds.SeriesNumber = 1
    images = []
    for z in range(5):
        ds = Dataset(); about(ds, series)
        ds.Modality, ds.SeriesDescription, ds.ImageType = 'CT', 'arterial', ['ORIGINAL', 'PRIMARY', 'AXIAL']
        ds.InstanceNumber = z + 1
        ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing, ds.SliceThickness = [-8, -8, 5 * z], [1, 0, 0, 0, 1, 0], [0.5, 0.5], 5
        ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.Rows, ds.Columns = 1, 'MONOCHROME2', 24, 32
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation, ds.RescaleSlope, ds.RescaleIntercept = 16, 16, 15, 1, 1, 0
        ds.PixelData = np.full((24, 32), 100 * z, '<i2').tobytes(); ds['PixelData'].VR = 'OW'
        ds.is_little_endian, ds.is_implicit_VR = True, False
        save(ds, f'I{z}', CTImageStorage); images.append(ds)
    mask = np.zeros((5, 24, 32), bool)
    for z, side in [(1, 4), (2, 8), (3, 6)]: mask[z, 6:6 + side, 10:10 + side] = True
    if kind == 'seg':
        if shift:
            for ds in images: ds.ImagePositionPatient[0] += shift
        what = hd.seg.SegmentDescription(1, 'Tumour', codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Neoplasm, 'MANUAL')
        seg = hd.seg.Segmentation(images, mask, 'BINARY', [what], generate_uid(), 1, generate_uid(), 1, 'm', 'm', '1', '1')
        seg.save_as(f'{folder}/seg')
    elif kind == 'nifti':
        import nibabel as nib
        affine = np.array([[-0.5, 0, 0, 8 - shift], [0, -0.5, 0, 8], [0, 0, 5, 0], [0, 0, 0, 1.0]])
        nib.save(nib.Nifti1Image(mask.transpose(2, 1, 0).astype('u1'), affine), f'{folder}/HN-1_mask.nii.gz')
    else:
        ds = Dataset(); about(ds, generate_uid()); del ds.FrameOfReferenceUID
        ds.Modality, ds.StructureSetLabel = 'RTSTRUCT', 'x'
        ref, st, se = Dataset(), Dataset(), Dataset()
        se.SeriesInstanceUID = series; st.ReferencedSOPClassUID = '1.2.840.10008.3.1.2.3.1'; st.ReferencedSOPInstanceUID = study
        st.RTReferencedSeriesSequence = Sequence([se]); ref.FrameOfReferenceUID = frame; ref.RTReferencedStudySequence = Sequence([st])
        ds.ReferencedFrameOfReferenceSequence = Sequence([ref])
        ds.StructureSetROISequence, ds.ROIContourSequence = Sequence(), Sequence()
        for number, name in [(1, 'GTV'), (2, 'Liver')]:
            roi = Dataset(); roi.ROINumber, roi.ReferencedFrameOfReferenceUID, roi.ROIName = number, frame, name
            roi.ROIGenerationAlgorithm = ''; ds.StructureSetROISequence.append(roi)
            own = Dataset(); own.ReferencedROINumber = number; own.ContourSequence = Sequence()
            for z, side in [(1, 4), (2, 8), (3, 6)] if name == 'GTV' else [(0, 20)]:
                c = Dataset(); c.ContourGeometricType = 'CLOSED_PLANAR'
                x0, y0 = -8 + 0.5 * 9.5, -8 + 0.5 * (5.5 if name == 'GTV' else 0.5); x1, y1 = x0 + side * 0.5, y0 + side * 0.5
                c.ContourData = [f'{v:.3f}' for p in [(x0, y0), (x1, y0), (x1, y1), (x0, y1)] for v in (*p, 5 * z + shift)]
                c.NumberOfContourPoints = 4; own.ContourSequence.append(c)
            ds.ROIContourSequence.append(own)
        save(ds, 'rs', '1.2.840.10008.5.1.4.1.1.481.3')
for one in json.loads(sys.argv[1]): export(*one)
`;

/** Kind and shift of the mask of each export. */
const EXPORTS = ['seg 0', 'rtstruct 0', 'nifti 0', 'seg 0.3', 'rtstruct 1', 'nifti 0.3'] as const;

/** Writes all by one process, as highdicom takes seconds to load. */
function writeExports(folder: string): void {
  const jobs = EXPORTS.map((one) => [join(folder, one, 'files'), ...one.split(' ')]);
  python(DICOM, { args: [JSON.stringify(jobs)], interpreter: peersPython() });
}

peerTest(
  'slices and crops by a SEG of highdicom, an RTSTRUCT and a NIfTI mask of nibabel are those that were drawn',
  ['highdicom'],
  async () => {
    const crop = 'cropped to 12×12 pixels from column 9, row 5';
    const expected = [
      { z: 1, notes: `lesion of 4 mm²; ${crop}` },
      { z: 2, notes: `lesion of 16 mm²; ${crop}` },
      { z: 3, notes: `lesion of 9 mm²; ${crop}` },
    ];
    const dicom = { kind: 'dicom', volumes: null } as const;
    const folder = tempDir();
    writeExports(folder);
    const byMask = (one: (typeof EXPORTS)[number], name: string | null = null) =>
      imported(optionsIn(join(folder, one), { ...dicom, mask: { slices: 'area:4', crop: '1', name } }));
    expect(await byMask('seg 0')).toEqual(expected);
    const torn = join(folder, 'seg 0', 'files', 'seg');
    truncateSync(torn, statSync(torn).size - 40);
    const mask = { slices: 'largest', crop: null, name: null };
    const again = optionsIn(join(folder, 'seg 0'), { ...dicom, mask });
    await expect(importStage(again, silentContext())).rejects.toThrow(
      /of HN-\d{6}: .* cut off .*files\/seg\)/,
    );
    expect(await byMask('rtstruct 0', '^gtv$')).toEqual(expected);
    expect(await byMask('nifti 0')).toEqual(expected);
    await expect(byMask('nifti 0.3')).rejects.toThrow('begins 0.3 mm beside');
    await expect(byMask('seg 0.3')).rejects.toThrow('begins 0.3 mm beside');
    await expect(byMask('rtstruct 1', '^gtv$')).rejects.toThrow(
      'a contour lies 1.00 mm beside the nearest slice',
    );
    await expect(byMask('rtstruct 0')).rejects.toThrow("the regions 'GTV', 'Liver': --mask_name says");
  },
);
