"""Loads weights that we wrote into models of torchvision and timm, with strict=True, and stores what these answer in eval mode.

usage: load-strictly.py FILE.pth < {"models": [{"key", "file", "library", "name", "options"}]}

A file is one of safetensors or of torch.save; the gray image [1, 1, H, W] is "image" in the file beside it, named FILE.image.
"""
import json
import sys

import safetensors.torch
import timm
import torch
import torchvision

job = json.load(sys.stdin)


def read(path):
    if path.endswith('.safetensors'):
        return safetensors.torch.load_file(path)
    return torch.load(path, map_location='cpu', weights_only=True)


answers = {}
for each in job['models']:
    build = timm.create_model if each['library'] == 'timm' else torchvision.models.get_model
    model = build(each['name'], **each['options']).eval()
    model.load_state_dict(read(each['file']), strict=True)
    image = safetensors.torch.load_file(each['file'] + '.image')['image']
    if each['library'] == 'torchvision':
        image = image.repeat(1, 3, 1, 1)
    with torch.no_grad():
        answers[each['key']] = model(image)
torch.save(answers, sys.argv[1])
