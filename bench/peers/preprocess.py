"""Peer of `radweave preprocess`: scan, decode check, hash of the pixels, patient-level split, in a pool of
processes. The same work with PIL and hashlib."""
import argparse
import csv
import hashlib
import json
import os
import random
import time
from multiprocessing import Pool

import numpy as np
from PIL import Image


def inspect(path):
    with Image.open(path) as image:
        pixels = np.asarray(image.convert('L'))
    return (
        path,
        pixels.shape,
        hashlib.sha256(pixels.tobytes()).hexdigest(),
        int(pixels.min()),
        int(pixels.max()),
    )


def gather(root, modalities):
    """{patient: (hospital, label, {modality: paths})}, patients with every modality only."""
    patients = {}
    for folder, _, files in os.walk(root):
        parts = os.path.relpath(folder, root).split(os.sep)
        if parts[-1] not in modalities:
            continue
        hospital, grade, patient = parts[0], parts[-3], parts[-2]
        slices = patients.setdefault(patient, (hospital, int(grade[len('grade'):]), {}))[2]
        slices[parts[-1]] = sorted(os.path.join(folder, name) for name in files if name.endswith('.png'))
    return {key: value for key, value in patients.items() if all(m in value[2] for m in modalities)}


def assign(patients, home, ratio, seed):
    split = {}
    for label in sorted({value[1] for value in patients.values()}):
        own = sorted(key for key, value in patients.items() if value[0] == home and value[1] == label)
        random.Random(seed).shuffle(own)
        cut = round(ratio * len(own))
        split.update({key: 'train' if i < cut else 'val' for i, key in enumerate(own)})
    return {key: split.get(key, 'test') for key in patients}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('root')
    parser.add_argument('--home', default='JM')
    parser.add_argument('--processes', type=int, default=2)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    start = time.perf_counter()
    modalities = ('A', 'P')
    patients = gather(args.root, modalities)
    paths = [path for _, _, slices in patients.values() for m in modalities for path in slices[m]]
    with Pool(args.processes) as pool:
        facts = pool.map(inspect, paths, chunksize=64)
    wrong = [fact[0] for fact in facts if fact[1] != (224, 224)]
    if wrong or len({fact[2] for fact in facts}) != len(facts):
        raise SystemExit(f'{len(wrong)} slices of another size, or two with the same pixels')
    split = assign(patients, args.home, 0.7, 42)
    os.makedirs(args.out, exist_ok=True)
    for name in ('train', 'val', 'test'):
        for modality in modalities:
            with open(f'{args.out}/{name}_{modality}.csv', 'w', encoding='utf-8', newline='') as file:
                writer = csv.writer(file)
                writer.writerow(['image_path', 'label'])
                for patient in (key for key, value in split.items() if value == name):
                    _, label, slices = patients[patient]
                    writer.writerows((path, label) for path in slices[modality])
    print(json.dumps(dict(seconds=time.perf_counter() - start, slices=len(paths))), flush=True)


if __name__ == '__main__':
    main()
