/**
 * Makes the export of two hospitals' archives from real slices, with pydicom: both number their patients from 1; every series is written
 * in another way (implicit, MONOCHROME1, big endian, JPEG 2000, RLE), under names that say nothing, beside localizers and pictures of screens;
 * lesions are outlined by highdicom's SEG in one hospital and by nibabel's NIfTI in the other, from the second slice on; a workbook beside the
 * folder, with Chinese names, says who is who. Arguments: the cohort `lgg-lesion`, the folder, the side of slices.
 * Prints by hospital, number and modality the gray values that are to be written, as hashes of slices in order; pydicom's
 * pixels are compared with the slices they were made of.
 */
export const MAKE_ARCHIVES: string = `
import hashlib, json, random, sys
from pathlib import Path
import highdicom as hd, nibabel as nib, numpy as np, openpyxl, pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import (MRImageStorage, SecondaryCaptureImageStorage, ExplicitVRLittleEndian, ExplicitVRBigEndian,
    ImplicitVRLittleEndian, JPEG2000Lossless, RLELossless, generate_uid)

source, folder, side = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
random.seed(22)
WAYS = [ImplicitVRLittleEndian, 'monochrome1', ExplicitVRBigEndian, JPEG2000Lossless, RLELossless]
SERIES = [('A', 'FLAIR', 'Ax T2 dark fluid 5mm'), ('P', 'T1C', 'AX T1 +C 增强')]

def image(who, number, z, description, pixels, kind=MRImageStorage, types=('ORIGINAL', 'PRIMARY', 'M')):
    ds = Dataset()
    ds.SpecificCharacterSet, ds.ImageType, ds.SOPClassUID, ds.SOPInstanceUID = 'GB18030', list(types), kind, generate_uid()
    ds.Modality, ds.Manufacturer, ds.SeriesDescription = 'MR', 'Made up', description
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = f"张^三{who['id']}", who['id'], '19500101', 'O'
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = who['study'], who['series'], who['frame']
    ds.StudyDate = ds.StudyTime = ds.AccessionNumber = ds.StudyID = ds.ReferringPhysicianName = ''
    ds.SeriesNumber, ds.InstanceNumber, ds.SliceThickness = 1, number, 5
    ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing = [-side / 2, -side / 2, z], [1, 0, 0, 0, 1, 0], [1, 1]
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.Rows, ds.Columns = 1, 'MONOCHROME2', side, side
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = pixels.astype('<u2').tobytes()
    ds['PixelData'].VR = 'OW'
    return ds

def save(ds, hospital, way=ExplicitVRLittleEndian):
    pixels = np.frombuffer(ds.PixelData, '<u2')
    if way == 'monochrome1':
        ds.PhotometricInterpretation, way = 'MONOCHROME1', ExplicitVRLittleEndian
        ds.PixelData = (4095 - pixels).astype('<u2').tobytes()
    compressed = way in (JPEG2000Lossless, RLELossless)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if compressed else way
    if way == ExplicitVRBigEndian:
        ds.PixelData = pixels.astype('>u2').tobytes()
    if compressed:
        ds.compress(way, generate_instance_uid=False)
    path = folder / hospital / f'S{random.randrange(3)}' / f'I{random.randrange(10**9)}'
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path

def gray(volume, inverted):
    # Percentiles 1 and 99 of the volume are black and white.
    values = np.sort(volume.reshape(-1)).astype(float)
    low, high = (values[int(p / 100 * (values.size - 1))] for p in (1, 99))
    pixels = np.floor(np.clip((volume - low) * 255 / (high - low), 0, 255) + 0.5).astype(np.uint8)
    return 255 - pixels if inverted else pixels

expected, rows = {}, []
for hospital, own, count in [('JM', 'DU', 6), ('SY', 'HT', 4)]:
    found = [[path for path in sorted(source.glob(f'{own}/**/grade{label}/*')) if (path / 'A').is_dir() and (path / 'P').is_dir()] for label in (0, 1)]
    for number in range(1, count + 1):
        label = number % 2
        patient = found[label][number // 2]
        who = {'id': str(number), 'study': generate_uid(), 'frame': generate_uid()}
        files = [sorted((patient / modality).glob('*.png')) for modality, _, _ in SERIES]
        slices = min(5, *map(len, files))
        lesion = np.zeros((slices, side, side), bool)
        for z in range(1, slices):
            lesion[z, 10:10 + 4 * z, 20:30] = True
        for i, (_, modality, description) in enumerate(SERIES):
            who['series'] = generate_uid()
            way = WAYS[(2 * number + i) % len(WAYS)]
            source_slices = np.stack([np.asarray(Image.open(path).convert('L').resize((side, side))) for path in files[i][:slices]]).astype(int) * 16
            written = [image(who, n + 1, 5.0 * z - 100, description, source_slices[z]) for n, z in enumerate(random.sample(range(slices), slices))]
            images = sorted((pydicom.dcmread(save(ds, hospital, way)) for ds in written), key=lambda ds: ds.ImagePositionPatient[2])
            volume = np.stack([ds.pixel_array for ds in images]).astype(int)
            inverted = way == 'monochrome1'
            assert (volume == (4095 - source_slices if inverted else source_slices)).all()
            pixels = gray(volume, inverted)
            expected[f'{hospital} {number} {modality}'] = [hashlib.sha256(pixels[z].tobytes()).hexdigest() for z in range(1, slices)]
            if i == 0:
                drawn = [image(who, n, 5.0 * z - 100, description, source_slices[z]) for n, z in enumerate(range(slices))]
                for one, ds in zip(drawn, images):
                    one.SOPInstanceUID, one.file_meta = ds.SOPInstanceUID, FileMetaDataset()
                    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
                if hospital == 'JM':
                    what = hd.seg.SegmentDescription(1, 'Tumour', codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Neoplasm, 'MANUAL')
                    seg = hd.seg.Segmentation(drawn, lesion, 'BINARY', [what], generate_uid(), 1, generate_uid(), 1, 'm', 'm', '1', '1')
                    seg.save_as(folder / hospital / f'SEG{random.randrange(10**6)}')
                else:
                    affine = np.array([[-1, 0, 0, side / 2], [0, -1, 0, side / 2], [0, 0, 5, -100], [0, 0, 0, 1.0]])
                    place = folder / hospital / 'masks'
                    place.mkdir(exist_ok=True)
                    nib.save(nib.Nifti1Image(lesion.transpose(2, 1, 0).astype('u1'), affine), place / f'{number}.nii.gz')
        flat = np.zeros((side, side))
        for description, kind, types in [('Scout', MRImageStorage, ('ORIGINAL', 'PRIMARY', 'LOCALIZER')), ('Screen', SecondaryCaptureImageStorage, ('DERIVED', 'SECONDARY'))]:
            who['series'] = generate_uid()
            save(image(who, 1, 0, description, flat, kind, types), hospital)
        rows.append([who['id'], f'张三{number}', hospital, '恶性' if label else '良性', 50 + number])
book = openpyxl.Workbook()
book.active.append(['患者编号', '姓名', '医院', '类别', '年龄'])
for row in random.sample(rows, len(rows)):
    book.active.append([int(row[0]), *row[1:]])
book.save(folder.parent / '患者.xlsx')
json.dump(expected, sys.stdout)
`;
