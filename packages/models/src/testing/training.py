"""Trains a torchvision model on real slices and stores its initial weights, the slices and the losses.

usage: training.py FILE.pth < job.json

The job: {"reference", "firstConv", "slices": [[path, label]], "batch", "steps"}.
The file holds a dict of tensors.
"""
import json
import sys

import numpy as np
import torch
import torchvision
from PIL import Image

job = json.load(sys.stdin)
torch.manual_seed(0)


def losses(model, x, y):
    torch.set_num_threads(2)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4)
    seen = []
    for step in range(job['steps']):
        start = step * job['batch'] % len(x)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(
            model(x[start:start + job['batch']]), y[start:start + job['batch']])
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    return torch.tensor(seen, dtype=torch.float64)


def main():
    model = getattr(torchvision.models, job['reference'])(num_classes=2)
    for m in model.modules():
        if isinstance(m, torchvision.ops.StochasticDepth):
            m.p = 0.0
    *path, last = job['firstConv'].split('.')
    parent = model.get_submodule('.'.join(path))
    old = getattr(parent, last)
    setattr(parent, last, torch.nn.Conv2d(1, old.out_channels, old.kernel_size, old.stride, old.padding,
                                          bias=old.bias is not None))
    read = lambda path: np.asarray(Image.open(path).convert('L'), dtype=np.float32) / 255
    x = torch.from_numpy(np.stack([read(path) for path, _ in job['slices']])[:, None]).sub(0.5).div(0.5)
    y = torch.tensor([label for _, label in job['slices']])
    tensors = {'state/' + name: value.clone() for name, value in model.state_dict().items()}
    tensors.update(x=x, y=y)
    tensors['losses'] = losses(model, x, y)
    torch.save(tensors, sys.argv[1])


main()
