import {
  type CheckpointFacts,
  type Config,
  labelNamesOf,
  type SplitIdentity,
  sharedConfig,
} from '@radweave/artifacts';
import { patientHashes } from '@radweave/study/cohort/patient-hash';
import type { StudyKey } from '@radweave/study/cohort/study-key';
import type { ChosenCompute } from '../compute/compute.ts';
import { engineVersions } from '../compute/versions.ts';
import type { Network } from '../open/network-source.ts';
import type { LoadedSplit } from '../slices/load.ts';
import { labelNamesIn, type Splits } from './session-splits.ts';
import type { Progress } from './trainer.ts';

/** What a run's checkpoints say of it, whatever epoch they are of. */
export interface RunFacts {
  config: Config;
  modality: string;
  network: Pick<Network, 'origin' | 'normalisation'>;
  splits: Splits;
  key: StudyKey;
  split: SplitIdentity;
  compute: Pick<ChosenCompute, 'device' | 'precision' | 'reason'>;
}

/** What a checkpoint says beside the weights, where training stands. */
export function checkpointFacts(
  run: RunFacts,
  { epoch, step, best }: Omit<Progress, 'partial'>,
): CheckpointFacts {
  const { config, modality, network, splits, split, compute } = run;
  const hashed = ({ table }: LoadedSplit): string[] => patientHashes(run.key, table.patients);
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
    label_names: labelNamesOf(config.model.num_classes, labelNamesIn(splits)),
    initial_weights: network.origin,
    precision: compute.precision,
    precision_reason: compute.reason,
    epoch,
    step,
    best,
    ...split,
    patients: { train: hashed(splits.train), val: hashed(splits.val) },
    versions: engineVersions(compute.device),
    config: withoutPlaces(config),
  };
}

/** A checkpoint is passed on: where the data lie, and whose they are, stays at home. */
function withoutPlaces(config: Config): Config {
  const shared = sharedConfig(config);
  const nowhere = {
    root_dir: null,
    table: null,
    splits_dir: '',
    features_dir: '',
    study_key: null,
    home_hospital: '',
  };
  Object.assign(shared.data, nowhere);
  Object.assign(shared.preprocess, { log_dir: null });
  Object.assign(shared.fusion, { output_dir: null });
  Object.assign(shared.experiment, { output_dir: '', copy_to: null });
  return shared;
}
