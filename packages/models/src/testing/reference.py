"""Runs models of torchvision or timm with random weights and stores what each did, for our tests to repeat.

Each line that it reads is a job, {"file", "library", "reference", "features", "firstConv", "head", "imageSize", "sized", "classes",
"cases": [{"batch", "channels", "train"}]}; when the file holds a dict of tensors, null is printed.
"""
import copy
import json
import sys
import zlib

import torch

torch.set_num_threads(2)


def normal(tensor, mean=0.0, std=1.0, *_limits, **_more):
    with torch.no_grad():
        return tensor.normal_(mean, std)


# To cut the tails off takes longer than the passes, and here any weights will do: initial ones are compared by the records of timm.
torch.nn.init.trunc_normal_ = normal


def build(job):
    if job['library'] == 'torchvision':
        import torchvision
        sized = {'image_size': job['imageSize']} if job['sized'] else {}
        return getattr(torchvision.models, job['reference'])(num_classes=job['classes'], **sized)
    import timm
    timm.layers.weight_init._trunc_normal_ = normal
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


def with_channels(model, channels, first_conv):
    """A copy whose first convolution takes another number of channels, with weights of its own."""
    model = copy.deepcopy(model)
    *path, last = first_conv.split('.')
    parent = model.get_submodule('.'.join(path))
    old = getattr(parent, last)
    # Of the same class: timm has one that pads otherwise.
    new = type(old)(channels, old.out_channels, old.kernel_size, old.stride, old.padding, bias=old.bias is not None)
    if old.bias is not None:
        new.bias.data.copy_(old.bias.data)
    setattr(parent, last, new)
    return model


def forward(model, x, job):
    if job['library'] == 'timm':
        features = model.forward_features(x)
        return features, model.forward_head(features)
    seen = []
    hook = model.get_submodule(job['features']).register_forward_hook(lambda _m, _i, out: seen.append(out))
    logits = model(x)
    hook.remove()
    return seen[0], logits


def recorded(job):
    torch.manual_seed(zlib.crc32(job['reference'].encode()))
    model = without_dropping(build(job))
    randomise(model)
    tensors = {'state/' + name: value for name, value in model.state_dict().items()}
    variants = {3: model}
    for number, case in enumerate(job['cases']):
        channels = case['channels']
        if channels not in variants:
            variants[channels] = with_channels(model, channels, job['firstConv'])
            tensors[f'firstConv/{channels}'] = variants[channels].get_submodule(job['firstConv']).weight.detach()
        run = copy.deepcopy(variants[channels]).train(case['train']).requires_grad_(False)
        # Of the others nobody asks for the gradient: that is a third of the work.
        shown = [run.get_submodule(job[name]).weight.requires_grad_() for name in ('firstConv', 'head')]
        x = torch.randn(case['batch'], channels, job['imageSize'], job['imageSize'])
        features, logits = forward(run, x, job)
        direction = torch.randn_like(logits)
        (logits * direction).sum().backward()
        for name, tensor in dict(
            x=x, direction=direction, features=features, logits=logits,
            first=shown[0].grad, head=shown[1].grad,
        ).items():
            tensors[f'case{number}/{name}'] = tensor.detach()
    return tensors


for line in sys.stdin:
    job = json.loads(line)
    torch.save(recorded(job), job['file'])
    print(json.dumps(None), flush=True)
