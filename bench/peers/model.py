"""Forward (eval mode), or forward with backward (training mode), of one of torchvision's networks on random images, in
milliseconds: the fastest of several. As torchvision builds it, in float32."""
import argparse
import json
import time

import torch
import torchvision

parser = argparse.ArgumentParser()
parser.add_argument('model')
parser.add_argument('pass_', choices=['forward', 'backward'])
parser.add_argument('--batch', type=int, required=True)
parser.add_argument('--repeats', type=int, required=True)
parser.add_argument('--threads', type=int, required=True)
args = parser.parse_args()
torch.manual_seed(42)
torch.set_num_threads(args.threads)
model = getattr(torchvision.models, args.model)()
images = torch.randn(args.batch, 3, 224, 224)


def fastest(compute):
    def once():
        start = time.perf_counter()
        compute()
        return (time.perf_counter() - start) * 1000

    once()
    return min(once() for _ in range(args.repeats))


def forward():
    with torch.no_grad():
        model(images)


def backward():
    model(images).sum().backward()
    model.zero_grad(set_to_none=True)


model.train(args.pass_ == 'backward')
print(json.dumps({'milliseconds': fastest(forward if args.pass_ == 'forward' else backward)}), flush=True)
