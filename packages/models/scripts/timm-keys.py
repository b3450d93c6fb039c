#!/usr/bin/env python3
"""Writes what timm says of models, for our tests: names and shapes of the state dict, the weights' facts, and what a
model made with seed 0 answers in eval mode to an image drawn with seed 1 (8 classes; where the model must know the size
the most whole patches that 240 pixels hold, else 96 pixels).

usage: timm-keys.py FOLDER NAME...    (FOLDER is packages/models/src/testdata/timm)

Needs timm 1.0 and torch: python3 -m venv --system-site-packages V && V/bin/pip install --no-deps timm==1.0.29
"""
import json
import os
import sys

import timm
import torch

FACTS = ('hf_hub_id', 'license', 'num_classes', 'input_size', 'mean', 'std', 'interpolation', 'crop_pct',
         'first_conv', 'classifier')


def facts(name):
    return {key: value for key, value in timm.get_pretrained_cfg(name).to_dict().items() if key in FACTS}


def answer(name):
    is_fixed = timm.get_pretrained_cfg(name).fixed_input_size
    patch = timm.create_model(name, num_classes=0).patch_embed.patch_size[0] if is_fixed else 1
    size = 240 // patch * patch if is_fixed else 96
    sized = {'img_size': size} if is_fixed else {}
    torch.manual_seed(0)
    model = timm.create_model(name, num_classes=8, **sized).eval()
    torch.manual_seed(1)
    with torch.no_grad():
        logits = model(torch.randn(1, 3, size, size))[0].tolist()
    return f'{size} {[float(f"{v:.6g}") for v in logits]}'


def main():
    folder, *names = sys.argv[1:]
    for name in names:
        model = timm.create_model(name)
        tags = [full.split('.', 1)[1] for full in timm.list_pretrained(name + '.*') if full.split('.')[0] == name]
        default = timm.get_pretrained_cfg(name).tag
        lines = [f'timm {timm.__version__}', f'default {default}', f'features {model.head_hidden_size}']
        lines += [f'weights {tag} ' + json.dumps(facts(f'{name}.{tag}'), sort_keys=True) for tag in tags]
        lines += [f'answer {answer(name)}']
        lines += [f'state {key} {list(value.shape)}' for key, value in model.state_dict().items()]
        with open(os.path.join(folder, name + '.txt'), 'w', encoding='utf-8', newline='\n') as file:
            file.write('\n'.join(lines).replace(', ', ',') + '\n')


main()
