"""Peer of the maps of patients: scikit-learn's PCA and Barnes-Hut t-SNE, and umap-learn, of standardised features. Imports and
the compilation of umap-learn's functions, which the first call waits for, are left out."""
import argparse
import json
import os
import time

parser = argparse.ArgumentParser()
parser.add_argument('--threads', type=int, default=2)
parser.add_argument('features', nargs='+', help='train first')
args = parser.parse_args()
os.environ['OMP_NUM_THREADS'] = str(args.threads)

import numpy as np  # noqa: E402
import umap  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.manifold import TSNE  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

train, *others = [np.load(path) for path in args.features]
umap.UMAP(random_state=0).fit_transform(train[:200])
start = time.perf_counter()
scaler = StandardScaler().fit(train)
scaled = scaler.transform(np.concatenate([train, *others]))
PCA(2, random_state=0).fit(scaled[: len(train)]).transform(scaled)
TSNE(init='pca', random_state=0, n_jobs=args.threads).fit_transform(scaled)
umap.UMAP(random_state=0).fit_transform(scaled)
print(json.dumps(dict(seconds=time.perf_counter() - start, patients=len(scaled))), flush=True)
