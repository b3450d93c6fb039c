"""What the peers share: options, torchvision models for 1-channel slices, data sets of split files, and timing.

A peer does one job as PyTorch users write it and ends with one line of JSON. With --bf16 --channels-last it is the tuned
peer; --compile adds torch.compile where there is one.
"""
import argparse
import contextlib
import csv
import json
import os

import torch
import torchvision
from PIL import Image
from torchvision import transforms as T


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument('--splits', required=True, help='folder of {train,val,test}_{modality}.csv')
    parser.add_argument('--modality', default='A')
    parser.add_argument('--model', default='resnet18')
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--epochs', type=int, default=1)
    parser.add_argument('--freeze', type=int, default=0)
    parser.add_argument('--threads', type=int, required=True)
    parser.add_argument('--workers', type=int, required=True)
    parser.add_argument('--seed', type=int, default=42)
    parser.add_argument('--bf16', action='store_true')
    parser.add_argument('--channels-last', action='store_true')
    parser.add_argument('--compile', action='store_true')
    parser.add_argument('--out', help='folder for features')
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    return args


class Slices(torch.utils.data.Dataset):
    """(image, label) of each row; images are decoded anew at each access, as data sets usually do."""

    def __init__(self, rows, transform):
        self.rows, self.transform = rows, transform

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        path, label = self.rows[index]
        return self.transform(Image.open(path).convert('L')), label


PLAIN = T.Compose([T.ToTensor(), T.Normalize([0.5], [0.5])])
AUGMENTED = T.Compose(
    [T.RandomHorizontalFlip(), T.RandomRotation(15), T.ToTensor(), T.Normalize([0.5], [0.5])]
)


def read_split(args, split, modality=None):
    with open(f'{args.splits}/{split}_{modality or args.modality}.csv', encoding='utf-8-sig', newline='') as file:
        return [(row['image_path'], int(row['label'])) for row in csv.DictReader(file)]


def patient_of(path):
    """ROOT/…/{patient}/{modality}/{file}."""
    return path.replace('\\', '/').split('/')[-3]


def build(args):
    """The model, and the frozen parts, which stay in eval mode."""
    model = getattr(torchvision.models, args.model)(num_classes=2)
    if args.model.startswith('resnet'):
        model.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
        names = ['conv1', 'bn1', 'layer1', 'layer2', 'layer3', 'layer4'] if args.freeze else []
        frozen = [getattr(model, name) for name in names[: args.freeze + 2]]
    else:
        model.features[0][0] = torch.nn.Conv2d(1, 96, 4, 4)
        frozen = [model.features[i] for i in range(2 * args.freeze)]
        if torch.__version__.startswith('1.') and args.bf16:
            # layer_norm of 1.x refuses a bf16 input with float weights.
            for module in model.modules():
                if isinstance(module, torch.nn.LayerNorm):
                    module.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))
    for part in frozen:
        part.requires_grad_(False)
    if args.channels_last:
        model = model.to(memory_format=torch.channels_last)
    return model, frozen


def compiled(args, model):
    return torch.compile(model) if args.compile else model


def precision(args):
    return torch.autocast('cpu', dtype=torch.bfloat16) if args.bf16 else contextlib.nullcontext()


def put(args, batch):
    return batch.contiguous(memory_format=torch.channels_last) if args.channels_last else batch


def report(**fields):
    print(json.dumps(dict(fields, torch=torch.__version__, pid=os.getpid())), flush=True)
