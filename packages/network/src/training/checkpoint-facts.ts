import type { CheckpointFacts, Config } from '@radweave/artifacts';
import { patientHashes } from '@radweave/study/cohort/patient-hash';
import type { ChosenCompute } from '../compute/compute.ts';
import { engineVersions } from '../compute/versions.ts';
import type { Network } from '../open/network-source.ts';
import type { Splits } from './session-splits.ts';
import type { Progress } from './trainer.ts';

/** What a run's checkpoints say of it, whatever epoch they are of. */
export interface RunFacts {
  config: Config;
  modality: string;
  network: Pick<Network, 'origin' | 'normalisation'>;
  splits: Splits;
  splitHash: string;
  compute: Pick<ChosenCompute, 'device' | 'precision' | 'reason'>;
}

/** What a checkpoint says beside the weights, where training stands. */
export function checkpointFacts(
  run: RunFacts,
  { epoch, step, best }: Omit<Progress, 'partial'>,
): CheckpointFacts {
  const { config, modality, network, splits, splitHash, compute } = run;
  const { mean, std } = network.normalisation;
  return {
    format: 'radweave/1',
    modality,
    architecture: {
      name: config.model.name,
      num_classes: config.model.num_classes,
      in_chans: 1,
      freeze_stages: config.model.freeze_stages,
    },
    input: { image_size: config.data.image_size, normalize_mean: mean, normalize_std: std },
    label_names: Array.from({ length: config.model.num_classes }, (_, label) => `grade${label}`),
    initial_weights: network.origin,
    precision: compute.precision,
    precision_reason: compute.reason,
    epoch,
    step,
    best,
    split_hash: splitHash,
    patients: { train: patientHashes(splits.train.table), val: patientHashes(splits.val.table) },
    versions: engineVersions(compute.device),
    config,
  };
}
