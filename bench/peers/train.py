"""Peer of `radweave train`: slices per second of the training epochs."""
from common import build, options, read_split, report
from training import train

args = options()
model, frozen = build(args)
seconds, slices = train(args, model, frozen, read_split(args, 'train'), read_split(args, 'val'))
report(seconds=seconds, slices=slices)
