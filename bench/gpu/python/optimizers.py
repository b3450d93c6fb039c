"""optimizers.py DEVICE START.pth JOB.json: the trainings of optimizers.mjs in PyTorch; the largest relative difference of a loss
for each optimizer."""
import json
import sys

import torch
from torch import nn
from torch.optim import *  # noqa: F403 the job names its optimizers

torch.backends.cudnn.allow_tf32 = False
device, start, job = sys.argv[1:]
data = torch.load(start, map_location='cpu', weights_only=False)
images, labels = data['images'].to(device), data['labels'].to(device)
with open(job) as file:
    asked = json.load(file)
for case in asked['losses']:
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(216, 3)
    )
    model.load_state_dict(data['weights'])
    model.to(device)
    optimizer = eval(case['python'], globals(), {'p': list(model.parameters())})
    worst = 0.0
    for ours in case['losses']:
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        worst = max(worst, abs(ours - loss.item()) / loss.item())
    print(json.dumps({'optimizer': case['python'], 'difference': worst}), flush=True)
