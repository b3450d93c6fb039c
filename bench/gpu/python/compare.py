"""compare.py weights A B | features A B: how far two results are apart, as one line of JSON.

weights: largest difference between two checkpoints' weights. features: the same between two folders of .npy, as a part of the
largest value of the second.
"""
import glob
import json
import os
import sys

import numpy as np


def weights(a, b):
    import torch

    one, other = (torch.load(p, map_location='cpu', weights_only=False)['model_state_dict'] for p in (a, b))
    assert one.keys() == other.keys()
    # NaN would hide behind a maximum.
    same = all(torch.equal(one[k], other[k]) for k in one)
    apart = max((one[k].double() - other[k].double()).abs().max().item() for k in one)
    return {'difference': 0.0 if same else max(apart, sys.float_info.min)}


def features(a, b):
    worst, largest, files = 0.0, 0.0, 0
    for path in sorted(glob.glob(f'{b}/**/*.npy', recursive=True)):
        theirs = np.load(path)
        ours = np.load(os.path.join(a, os.path.relpath(path, b)))
        if theirs.dtype.kind != 'f':
            assert np.array_equal(ours, theirs)
            continue
        worst = max(worst, float(np.abs(ours - theirs).max()))
        largest = max(largest, float(np.abs(theirs).max()))
        files += 1
    return {'difference': worst / largest, 'files': files}


what, a, b = sys.argv[1:]
print(json.dumps({'weights': weights, 'features': features}[what](a, b)))
