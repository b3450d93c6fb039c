"""Peer of `radweave extract`: OpenVINO with as many streams as it thinks best (throughput hint), in bfloat16 with --bf16. Images
are decoded by threads meanwhile; features are written patient by patient, one .npy each."""
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import openvino
import torch

from common import PLAIN, Slices, build, options, patient_of, read_split, report

BATCH = 8

args = options()
model, _ = build(args)
setattr(model, 'fc' if args.model.startswith('resnet') else 'head', torch.nn.Identity())
model.eval()
shape = [BATCH, 1, 224, 224]
converted = openvino.convert_model(model, example_input=torch.zeros(shape), input=[shape])
network = openvino.Core().compile_model(
    converted,
    'CPU',
    {
        'PERFORMANCE_HINT': 'THROUGHPUT',
        'INFERENCE_PRECISION_HINT': 'bf16' if args.bf16 else 'f32',
        'INFERENCE_NUM_THREADS': args.threads,
    },
)


def extract(rows, folder):
    os.makedirs(folder, exist_ok=True)
    slices = Slices(rows, PLAIN)
    found = [None] * len(rows)

    def keep(request, first):
        features = request.get_output_tensor().data
        for i in range(min(BATCH, len(rows) - first)):
            found[first + i] = features[i].copy()

    queue = openvino.AsyncInferQueue(network)
    queue.set_callback(keep)

    def batch(first):
        images = np.zeros(shape, np.float32)
        for i in range(min(BATCH, len(rows) - first)):
            images[i] = slices[first + i][0].numpy()
        return first, images

    with ThreadPoolExecutor(args.threads) as pool:
        for first, images in pool.map(batch, range(0, len(rows), BATCH)):
            queue.start_async({0: images}, first)
    queue.wait_all()
    patients = {}
    for i, (path, _) in enumerate(rows):
        patients.setdefault(patient_of(path), []).append(found[i])
    for patient, features in patients.items():
        np.save(os.path.join(folder, f'{patient}.npy'), np.stack(features))


splits = {split: read_split(args, split) for split in ('train', 'val', 'test')}
start = time.perf_counter()
for split, rows in splits.items():
    extract(rows, os.path.join(args.out, split))
report(seconds=time.perf_counter() - start, slices=sum(map(len, splits.values())))
