"""Peer of `radweave run`: train, judge and extract both modalities, then fuse with logistic regression."""
import os
import time

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from common import build, options, patient_of, read_split, report
from extraction import extract
from training import probabilities, train

start = time.perf_counter()
args = options()
features, labels = {}, {}
for modality in ('A', 'P'):
    splits = {split: read_split(args, split, modality) for split in ('train', 'val', 'test')}
    model, frozen = build(args)
    train(args, model, frozen, splits['train'], splits['val'])
    for split in ('val', 'test'):
        probabilities(args, model, splits[split])
    for split, rows in splits.items():
        found = extract(args, model, rows, os.path.join(args.out, split, modality))
        labels.setdefault(split, {patient_of(path): label for path, label in rows})
        features[split, modality] = found


def fused(split):
    patients = [p for p in labels[split] if all(p in features[split, m] for m in 'AP')]
    x = np.stack([np.concatenate([features[split, m][p] for m in 'AP']) for p in patients])
    return x, [labels[split][p] for p in patients]


x, y = fused('train')
scaler = StandardScaler().fit(x)
classifier = LogisticRegression(C=1.0, max_iter=1000, random_state=args.seed).fit(scaler.transform(x), y)
x, y = fused('test')
auc = roc_auc_score(y, classifier.predict_proba(scaler.transform(x))[:, 1])
report(seconds=time.perf_counter() - start, auc=auc)
