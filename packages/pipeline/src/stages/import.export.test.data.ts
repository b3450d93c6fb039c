/**
 * Makes the export of a hospital with pydicom, as archives give it: names that say nothing, no extension, a directory, a localizer,
 * a page of a dose report, copies, every way to write pixels that is usual. Arguments: folder, hospital, how many patients.
 * Prints by patient and modality the gray values (HU 40 ± 200 in 8 bits) that are to be written, as hashes of slices in order.
 */
export const MAKE_EXPORT: string = `
import hashlib, json, os, random, sys
import numpy as np, pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (CTImageStorage, SecondaryCaptureImageStorage, ExplicitVRLittleEndian, ExplicitVRBigEndian,
    ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, JPEG2000Lossless, RLELossless, generate_uid)

folder, hospital, patients = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(hospital)
rng = np.random.default_rng(len(hospital) * 1000 + sum(map(ord, hospital)))
WAYS = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian,
        JPEG2000Lossless, RLELossless, 'monochrome1']
expected, files = {}, []
SIDE, SLICES = 32, 3

def image(patient, study, series, number, z, description, pixels, kind=CTImageStorage, types=('ORIGINAL', 'PRIMARY', 'AXIAL')):
    ds = Dataset()
    ds.SpecificCharacterSet = 'GB18030'
    ds.ImageType = list(types)
    ds.SOPClassUID = kind
    ds.SOPInstanceUID = generate_uid()
    ds.Modality = 'CT'
    ds.Manufacturer = 'Made up'
    ds.SeriesDescription = description
    ds.PatientName = f'张^三{patient}'
    ds.PatientID = str(patient)
    ds.PatientBirthDate = '19500101'
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.InstanceNumber = number
    ds.ImagePositionPatient = [-16, -16, z]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [1, 1]
    ds.SliceThickness = 5
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, 'MONOCHROME2'
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.PixelData = pixels.astype('<u2').tobytes()
    ds['PixelData'].VR = 'OW'
    return ds

def save(ds, way=ExplicitVRLittleEndian):
    pixels = np.frombuffer(ds.PixelData, '<u2')
    if way == 'monochrome1':
        ds.PhotometricInterpretation = 'MONOCHROME1'
        way = ExplicitVRLittleEndian
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if way in (JPEG2000Lossless, RLELossless) else way
    if way == ExplicitVRBigEndian:
        ds.PixelData = pixels.astype('>u2').tobytes()
    if way in (JPEG2000Lossless, RLELossless):
        ds.compress(way, generate_instance_uid=False)
    path = os.path.join(folder, f'S{random.randrange(3)}', f'I{random.randrange(10**9)}')
    os.makedirs(os.path.dirname(path), exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    files.append(path)

for patient in range(1, patients + 1):
    study = generate_uid()
    for number, (modality, description) in enumerate([('A', '动脉期 5mm'), ('P', 'Abd portal venous 5.0')]):
        series = generate_uid()
        hashes = []
        way = WAYS[(2 * patient + number) % len(WAYS)]
        order = list(range(SLICES))
        random.shuffle(order)
        volume = rng.integers(0, 4096, (SLICES, SIDE, SIDE))
        volume[:, 8:24, 8:24] = 1064 + 40 * (patient % 2) + rng.integers(0, 60, (SLICES, 16, 16))
        for instance, z in enumerate(order):
            save(image(patient, study, series, instance + 1, 5.0 * z - 100, description, volume[z]), way)
        for z in range(SLICES):
            hu = volume[z] - 1024.0
            gray = np.clip(np.floor((hu + 160) * 255 / 400 + 0.5), 0, 255).astype(np.uint8)
            if way == 'monochrome1':
                gray = 255 - gray
            hashes.append(hashlib.sha256(gray.tobytes()).hexdigest())
        expected[f'{patient} {modality}'] = hashes
    flat = np.zeros((SIDE, SIDE))
    save(image(patient, study, generate_uid(), 1, 0, 'Scout', flat, types=('ORIGINAL', 'PRIMARY', 'LOCALIZER')))
    save(image(patient, study, generate_uid(), 1, 0, 'Dose Report', flat, SecondaryCaptureImageStorage, ('DERIVED', 'SECONDARY')))

os.link(files[0], os.path.join(folder, 'copy of a slice'))
open(os.path.join(folder, 'README.TXT'), 'w').write('Viewer for Windows')
json.dump(expected, sys.stdout)
`;
