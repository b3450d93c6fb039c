"""cohort.py FOLDER HOME EXTERNAL SLICES SIDE: made-up patients of two hospitals, one modality A. A disc in noise, whose size
and texture depend on the label."""
import os
import sys
import zlib
from multiprocessing import Pool

import numpy as np
from PIL import Image

folder = sys.argv[1]
home, external, slices, side = map(int, sys.argv[2:])
Y, X = np.mgrid[0:side, 0:side].astype(np.float32)


def noise(rng):
    coarse = rng.normal(90, 22, (side // 4, side // 4)).astype(np.float32)
    return coarse.repeat(4, 0).repeat(4, 1) + rng.normal(0, 6, (side, side)).astype(np.float32)


def slice_of(rng, label, gain):
    image = noise(rng)
    radius = side * rng.normal(0.116 + 0.022 * label, 0.022)
    distance = np.hypot(X - side * rng.uniform(0.31, 0.69), Y - side * rng.uniform(0.31, 0.69))
    image += 55 * (distance < radius)
    image += (18 + 8 * label) * np.sin(distance / (4 - 0.5 * label)) * (distance < radius * 1.4)
    return np.clip(image * gain, 0, 255).astype(np.uint8)


def patient(job):
    hospital, number = job
    label = number % 2
    name = f'{hospital}{number:04d}'
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    gain = rng.uniform(0.9, 1.1)
    own = f'{folder}/{hospital}/grade{label}/{name}/A'
    os.makedirs(own, exist_ok=True)
    for number in range(slices):
        Image.fromarray(slice_of(rng, label, gain)).save(f'{own}/{number:03d}.png', compress_level=1)


if __name__ == '__main__':
    jobs = [('JM', i) for i in range(home)] + [('SY', i) for i in range(external)]
    with Pool(os.cpu_count()) as pool:
        pool.map(patient, jobs, chunksize=1)
