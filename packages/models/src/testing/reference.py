"""Runs one model of torchvision or timm with random weights and stores what it did, for our tests to repeat.

usage: reference.py FILE.pth < job.json

The job: {"library", "reference", "features", "firstConv", "head", "imageSize", "sized", "classes",
"cases": [{"batch", "channels", "train"}]}. The file holds a dict of tensors.
"""
import copy
import json
import sys
import zlib

import torch

job = json.load(sys.stdin)
torch.manual_seed(zlib.crc32(job['reference'].encode()))
torch.set_num_threads(2)


def build():
    if job['library'] == 'torchvision':
        import torchvision
        return getattr(torchvision.models, job['reference'])(num_classes=job['classes'])
    import timm
    sized = {'img_size': job['imageSize']} if job['sized'] else {}
    return timm.create_model(job['reference'], num_classes=job['classes'], **sized)


def randomise(model):
    """Moves everything that starts as a constant (also [1, 1, n], [n, 1, 1]), so that no mistake hides behind it."""
    with torch.no_grad():
        for p in model.parameters():
            if p.squeeze().ndim < 2 or not p.any():
                p.add_(torch.randn_like(p) * 0.1)
        for name, b in model.named_buffers():
            if name.endswith('running_mean'):
                b.normal_(0, 0.1)
            elif name.endswith('running_var'):
                b.uniform_(0.5, 1.5)
            elif name.endswith('num_batches_tracked'):
                b.fill_(7)


def without_dropping(model):
    for m in model.modules():
        for rate in ('p', 'drop_prob', 'drop_rate'):
            if isinstance(getattr(m, rate, None), float):
                setattr(m, rate, 0.0)
    return model


def with_channels(model, channels):
    """A copy whose first convolution takes another number of channels, with weights of its own."""
    model = copy.deepcopy(model)
    *path, last = job['firstConv'].split('.')
    parent = model.get_submodule('.'.join(path))
    old = getattr(parent, last)
    # Of the same class: timm has one that pads otherwise.
    new = type(old)(channels, old.out_channels, old.kernel_size, old.stride, old.padding, bias=old.bias is not None)
    if old.bias is not None:
        new.bias.data.copy_(old.bias.data)
    setattr(parent, last, new)
    return model


def forward(model, x):
    if job['library'] == 'timm':
        features = model.forward_features(x)
        return features, model.forward_head(features)
    seen = []
    hook = model.get_submodule(job['features']).register_forward_hook(lambda _m, _i, out: seen.append(out))
    logits = model(x)
    hook.remove()
    return seen[0], logits


def main():
    model = without_dropping(build())
    randomise(model)
    tensors = {'state/' + name: value for name, value in model.state_dict().items()}
    variants = {3: model}
    for number, case in enumerate(job['cases']):
        channels = case['channels']
        if channels not in variants:
            variants[channels] = with_channels(model, channels)
            tensors[f'firstConv/{channels}'] = variants[channels].get_submodule(job['firstConv']).weight.detach()
        run = copy.deepcopy(variants[channels]).train(case['train'])
        x = torch.randn(case['batch'], channels, job['imageSize'], job['imageSize'])
        features, logits = forward(run, x)
        direction = torch.randn_like(logits)
        (logits * direction).sum().backward()
        for name, tensor in dict(
            x=x, direction=direction, features=features, logits=logits,
            first=run.get_submodule(job['firstConv']).weight.grad,
            head=run.get_submodule(job['head']).weight.grad,
        ).items():
            tensors[f'case{number}/{name}'] = tensor.detach()
    torch.save(tensors, sys.argv[1])


main()
