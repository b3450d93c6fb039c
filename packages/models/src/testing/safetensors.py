"""Writes the state dict of a torchvision model as safetensors, by the format's description."""

import json
import struct
import sys

import torch
import torchvision

path, name, classes = sys.argv[1:]
torch.manual_seed(0)
state = getattr(torchvision.models, name)(num_classes=int(classes)).state_dict()
header, data, offset = {"__metadata__": {"format": "pt"}}, [], 0
for key, tensor in state.items():
    raw = tensor.contiguous().numpy().tobytes()
    kind = {torch.float32: "F32", torch.int64: "I64"}[tensor.dtype]
    header[key] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
    data.append(raw)
    offset += len(raw)
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + b"".join(data))
print(json.dumps({"keys": len(state), "sum": float(state["fc.weight"].double().sum())}))
