"""Features before the classifier, patient by patient, one .npy each."""
import os

import numpy as np
import torch

from common import PLAIN, Slices, compiled, patient_of, precision, put


def extract(args, model, rows, folder):
    """@returns features by patient."""
    os.makedirs(folder, exist_ok=True)
    setattr(model, 'fc' if args.model.startswith('resnet') else 'head', torch.nn.Identity())
    model.eval()
    net = compiled(args, model)
    patients = {}
    for row in rows:
        patients.setdefault(patient_of(row[0]), []).append(row)
    found = {}
    for patient, own in patients.items():
        slices = Slices(own, PLAIN)
        images = torch.stack([slices[i][0] for i in range(len(slices))])
        with torch.no_grad(), precision(args):
            features = net(put(args, images)).float().numpy()
        np.save(os.path.join(folder, f'{patient}.npy'), features)
        found[patient] = features.mean(0)
    return found
