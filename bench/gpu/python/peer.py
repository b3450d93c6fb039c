"""The same work as PyTorch users write it: training with validation, or extraction. One line of JSON. `compile` only lets
torch.compile fill its cache for the training.

plain: float32 as PyTorch takes it. tuned: bf16 autocast, channels-last, cuDNN benchmark, pinned memory, persistent workers, fused
AdamW. compiled: tuned and torch.compile(mode="reduce-overhead").
"""
import argparse
import contextlib
import csv
import json
import os
import time

import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision import transforms as T

parser = argparse.ArgumentParser()
parser.add_argument('job', choices=['train', 'extract', 'compile'])
parser.add_argument('variant', choices=['plain', 'tuned', 'compiled'])
for name in ('--splits', '--model', '--device', '--out'):
    parser.add_argument(name, default='')
for name in ('--batch', '--epochs', '--workers', '--side'):
    parser.add_argument(name, type=int, required=True)
args = parser.parse_args()
on_gpu = args.device.startswith('cuda')
is_tuned = args.variant != 'plain'
is_compiled = args.variant == 'compiled'
PLAIN = T.Compose([T.ToTensor(), T.Normalize([0.5], [0.5])])
AUGMENTED = T.Compose(
    [T.RandomHorizontalFlip(), T.RandomRotation(15, interpolation=T.InterpolationMode.BILINEAR), PLAIN]
)
NAMES = {'swin_tiny_patch4_window7_224': 'swin_t'}


class Slices(torch.utils.data.Dataset):
    def __init__(self, rows, transform):
        self.rows, self.transform = rows, transform

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        path, label = self.rows[index]
        return self.transform(Image.open(path).convert('L')), label


def rows(split):
    with open(f'{args.splits}/{split}_A.csv', encoding='utf-8-sig', newline='') as file:
        return [(row['image_path'], int(row['label'])) for row in csv.DictReader(file)]


def loader(data, **more):
    return torch.utils.data.DataLoader(
        data, args.batch, num_workers=args.workers, pin_memory=is_tuned and on_gpu, persistent_workers=is_tuned, **more
    )


def build():
    name = NAMES.get(args.model, args.model)
    model = getattr(torchvision.models, name)(num_classes=2)
    if name.startswith('resnet'):
        model.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    else:
        model.features[0][0] = torch.nn.Conv2d(1, 96, 4, 4)
    model.to(args.device)
    return model.to(memory_format=torch.channels_last) if is_tuned else model


def compiled(model):
    return torch.compile(model, mode='reduce-overhead') if is_compiled else model


def cast():
    return torch.autocast(args.device.split(':')[0], torch.bfloat16) if is_tuned else contextlib.nullcontext()


def put(images):
    images = images.to(args.device, non_blocking=is_tuned)
    return images.contiguous(memory_format=torch.channels_last) if is_tuned else images


def wait():
    if on_gpu:
        torch.cuda.synchronize()


def train():
    start = time.perf_counter()
    model = build()
    fused = {'fused': True} if is_tuned and on_gpu else {}
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4, **fused)
    net = compiled(model)
    # A graph wants batches of one size.
    training = loader(Slices(rows('train'), AUGMENTED), shuffle=True, drop_last=is_compiled)
    validation = loader(Slices(rows('val'), PLAIN), drop_last=is_compiled)
    epochs = [epoch(model, net, optimizer, training, validation) for _ in range(args.epochs)]
    memory = torch.cuda.max_memory_allocated() >> 20 if on_gpu else 0
    return {'seconds': time.perf_counter() - start, 'memory_mib': memory, 'epochs': epochs}


def compile_only():
    start = time.perf_counter()
    model = build()
    net = compiled(model)
    images = put(torch.randn(args.batch, 1, args.side, args.side))
    labels = torch.zeros(args.batch, dtype=torch.long, device=args.device)
    model.train()
    with cast():
        logits = net(images)
    torch.nn.functional.cross_entropy(logits.float(), labels).backward()
    model.eval()
    with torch.inference_mode(), cast():
        net(images)
    wait()
    return {'seconds': time.perf_counter() - start}


def epoch(model, net, optimizer, training, validation):
    model.train()
    start, slices, total = time.perf_counter(), 0, 0.0
    for images, labels in training:
        images, labels = put(images), labels.to(args.device, non_blocking=is_tuned)
        with cast():
            logits = net(images)
        loss = torch.nn.functional.cross_entropy(logits.float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        slices += len(labels)
        total += loss.detach() * len(labels) if is_tuned else loss.item() * len(labels)
    loss = float(total) / slices
    wait()
    trained = time.perf_counter()
    judge(model, net, validation)
    return {'slices': slices, 'train': trained - start, 'validation': time.perf_counter() - trained, 'loss': loss}


def judge(model, net, validation):
    model.eval()
    with torch.inference_mode():
        for images, _ in validation:
            with cast():
                net(put(images)).float().softmax(1).cpu()


def extract():
    model = build()
    setattr(model, 'head' if args.model.startswith('swin') else 'fc', torch.nn.Identity())
    model.eval()
    net = compiled(model)
    start, total = time.perf_counter(), 0
    for split in ('train', 'val', 'test'):
        own = rows(split)
        total += len(own)
        with torch.inference_mode(), cast():
            found = [net(put(images)).float().cpu().numpy() for images, _ in loader(Slices(own, PLAIN))]
        write(own, np.concatenate(found), os.path.join(args.out, args.variant, split))
    return {'seconds': time.perf_counter() - start, 'slices': total}


def write(own, features, folder):
    os.makedirs(folder, exist_ok=True)
    patients = {}
    for i, (path, _) in enumerate(own):
        patients.setdefault(path.split('/')[-3], []).append(i)
    for patient, index in patients.items():
        np.save(os.path.join(folder, f'{patient}.npy'), features[index])


JOBS = {'train': train, 'extract': extract, 'compile': compile_only}
torch.manual_seed(42)
torch.backends.cudnn.benchmark = is_tuned
print(json.dumps({'variant': args.variant, **JOBS[args.job]()}), flush=True)
