import { inferenceBatch } from '../compute/compute.ts';
import type { Workload } from '../compute/workload.ts';
import { untrainedNetwork } from './network-source.ts';
import type { NetworkSpec } from './network-spec.ts';

/** Computing features with a network, measured as a CPU computes it. @param batch slices at once, as asked. */
export function extractionWork(spec: NetworkSpec, batch: number): Workload {
  return workOf(spec, {
    purpose: 'extract',
    batch: inferenceBatch(batch, { device: 'cpu' }),
    keepsFrozen: false,
  });
}

/** Training a network. @param keepsFrozen whether slices are not augmented, so that frozen stages compute them once. */
export function trainingWork(spec: NetworkSpec, batch: number, keepsFrozen: boolean): Workload {
  return workOf(spec, { purpose: 'train', batch, keepsFrozen: keepsFrozen && spec.freezeStages > 0 });
}

function workOf(spec: NetworkSpec, how: Pick<Workload, 'purpose' | 'batch' | 'keepsFrozen'>): Workload {
  const { name: model, classes, imageSize, freezeStages: frozenStages } = spec;
  return { ...how, model, classes, imageSize, frozenStages, build: () => untrainedNetwork(spec) };
}
