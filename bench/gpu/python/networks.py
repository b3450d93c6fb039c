"""networks.py DEVICE FOLDER NAME…: how far our networks on a device, and timm's there, are from timm's in float64 on the CPU.

One line of JSON for each network: error of ours and of timm's, of the largest element over the largest value, of the
gradients by their norms.
"""
import contextlib
import json
import sys

import timm
import torch

torch.backends.cudnn.allow_tf32 = False
torch.backends.cuda.matmul.allow_tf32 = False
device, folder, names = sys.argv[1], sys.argv[2], sys.argv[3:]


def build(name):
    options = {} if name.startswith('densenet') else {'drop_path_rate': 0.0}
    if 'dinov2' in name:
        options['img_size'] = 224
    return timm.create_model(name, num_classes=2, in_chans=1, pretrained=False, drop_rate=0.0, **options)


def run(name, saved, where, dtype, cast=contextlib.nullcontext):
    model = build(name)
    model.load_state_dict(saved['state'])
    model.to(where, dtype, memory_format=torch.channels_last)
    x = saved['x'].to(where, dtype).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(len(x), device=where) % 2
    model.eval()
    with torch.no_grad(), cast():
        logits = model(x)
        features = model.forward_head(model.forward_features(x), pre_logits=True)
    model.train()
    with cast():
        out = model(x)
    loss = torch.nn.functional.cross_entropy(out.to(dtype), labels)
    loss.backward()
    grads = {key: p.grad for key, p in model.named_parameters()}
    return {'logits': logits, 'features': features, 'loss': loss.detach(), 'grads': grads}


def exact(t):
    return t.detach().double().cpu()


def error(found, truth):
    out = {k: ((exact(found[k]) - truth[k]).abs().max() / truth[k].abs().max()).item() for k in ('logits', 'features', 'loss')}
    squares = sum(((exact(found['grads'][k]) - g) ** 2).sum() for k, g in truth['grads'].items())
    out['grads'] = (squares / sum((g**2).sum() for g in truth['grads'].values())).sqrt().item()
    return out


def bf16():
    return torch.autocast(device.split(':')[0], dtype=torch.bfloat16)


for name in names:
    saved = torch.load(f'{folder}/{name}.pth', map_location='cpu', weights_only=False)
    truth = run(name, saved, 'cpu', torch.float64)
    for precision, cast in (('fp32', contextlib.nullcontext), ('bf16', bf16)):
        theirs = run(name, saved, device, torch.float32, cast)
        line = {'name': name, 'precision': precision, 'ours': error(saved[precision], truth), 'timm': error(theirs, truth)}
        print(json.dumps(line), flush=True)
