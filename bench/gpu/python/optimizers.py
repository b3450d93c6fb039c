"""optimizers.py DEVICE START.pth JOB.json: the trainings of optimizers.mjs in PyTorch; the largest relative difference of a loss
for each optimizer; in float16 the scales must be equal too."""
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
    worst, scales, scaling = 0.0, [], case['scaling']
    kind = torch.device(device).type
    how = {'init_scale': scaling['initScale'], 'growth_interval': scaling['growthInterval']} if scaling else {'enabled': False}
    scaler = torch.amp.GradScaler(kind, **how)
    for ours in case['losses']:
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(kind, torch.float16, enabled=bool(scaling)):
            logits = model(images)
        loss = nn.functional.cross_entropy(logits.float(), labels)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        scales += [scaler.get_scale()] if scaling else []
        worst = max(worst, abs(ours - loss.item()) / loss.item())
    name = case['python'] + (' in fp16' if scaling else '')
    print(json.dumps({'optimizer': name, 'difference': worst, 'scales': scales == case['scales']}), flush=True)
