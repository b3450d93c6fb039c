"""Peer of the import of CT series, as scripts do it: headers by pydicom, slices in order, a window, PIL's resize and PNG, a series for
each process. `--make` writes the export: the slices of eight made-up ones, repeated under UIDs of their own."""
import argparse
import json
import os
import time
from multiprocessing import Pool

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def make(root, series, slices):
    rng = np.random.default_rng(1)
    rows, columns = np.mgrid[:512, :512]
    body = np.where((rows - 256) ** 2 + (columns - 256) ** 2 < 200**2, 1064, 24)
    pixels = [(body + rng.normal(0, 15, (512, 512))).clip(0, 4095).astype('<u2').tobytes() for _ in range(8)]
    os.makedirs(f'{root}.part', exist_ok=True)
    for number in range(series):
        study, uid = generate_uid(), generate_uid()
        for z in range(slices):
            ds = Dataset()
            ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = CTImageStorage, generate_uid(), 'CT'
            ds.SeriesDescription, ds.PatientID, ds.ImageType = 'arterial', f'P{number}', ['ORIGINAL', 'PRIMARY', 'AXIAL']
            ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.InstanceNumber = study, uid, z + 1
            ds.ImagePositionPatient, ds.ImageOrientationPatient = [-200, -200, float(z)], [1, 0, 0, 0, 1, 0]
            ds.PixelSpacing, ds.SliceThickness = [0.8, 0.8], 1
            ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.Rows, ds.Columns = 1, 'MONOCHROME2', 512, 512
            ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
            ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
            ds.PixelData = pixels[z % 8]
            ds['PixelData'].VR = 'OW'
            ds.file_meta = FileMetaDataset()
            ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = CTImageStorage, ds.SOPInstanceUID
            ds.save_as(f'{root}.part/S{number}_{z}', enforce_file_format=True)
    os.rename(f'{root}.part', root)


def header(path):
    ds = pydicom.dcmread(path, stop_before_pixels=True)
    return ds.SeriesInstanceUID, float(ds.ImagePositionPatient[2]), path


def write(task):
    out, paths = task
    os.makedirs(out)
    for number, path in enumerate(paths):
        ds = pydicom.dcmread(path)
        hu = ds.pixel_array * np.float32(ds.RescaleSlope) + np.float32(ds.RescaleIntercept)
        gray = np.clip(np.floor((hu + 160) * (255 / 400) + 0.5), 0, 255).astype(np.uint8)
        Image.fromarray(gray).resize((224, 224), Image.BILINEAR).save(f'{out}/{number:04}.png')
    return len(paths)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('root')
    parser.add_argument('--make', nargs=2, type=int)
    parser.add_argument('--out')
    parser.add_argument('--processes', type=int, default=2)
    args = parser.parse_args()
    if args.make is not None:
        make(args.root, *args.make)
        print(json.dumps({}))
    else:
        start = time.perf_counter()
        with Pool(args.processes) as pool:
            found = pool.map(header, [entry.path for entry in os.scandir(args.root)], chunksize=50)
            series = {}
            for uid, _, path in sorted(found):
                series.setdefault(uid, []).append(path)
            slices = sum(pool.imap_unordered(write, [(f'{args.out}/{uid}', paths) for uid, paths in series.items()]))
        print(json.dumps(dict(seconds=time.perf_counter() - start, slices=slices)), flush=True)
