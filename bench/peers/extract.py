"""Peer of `radweave extract`: slices per second with decoding and writing."""
import os
import time

from common import build, options, read_split, report
from extraction import extract

args = options()
model, _ = build(args)
splits = {split: read_split(args, split) for split in ('train', 'val', 'test')}
if args.compile:
    extract(args, model, splits['train'][: args.batch], os.path.join(args.out, 'warm-up'))
start = time.perf_counter()
for split, rows in splits.items():
    extract(args, model, rows, os.path.join(args.out, split))
report(seconds=time.perf_counter() - start, slices=sum(map(len, splits.values())))
