import { type Config, DataError, type FoldModel } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import type { RunFolder } from '@radweave/study/runs/run-folder';
import { inferenceSettings } from '../compute/compute.ts';
import { readCheckpoint } from '../open/checkpoint.ts';
import { type FeatureNetwork, openFeatureNetwork } from '../open/feature-network.ts';
import { checkpointNetwork } from '../open/network-spec.ts';

/** The best model of a fold, and what its checkpoint says of it. */
export interface FittedFold {
  network: FeatureNetwork;
  record: Omit<FoldModel, 'fold' | 'held_out'>;
}

/** Opens the best checkpoint of a fold's finished run. @throws DataError when it is not a checkpoint of a run. */
export async function openFold(config: Config, run: RunFolder, context: StageContext): Promise<FittedFold> {
  const saved = await readCheckpoint(run.best);
  if (saved === null) throw new DataError('E_CHECKPOINT', 'not a checkpoint of a run', { where: run.best });
  const chosen = { kind: 'file' as const, path: run.best, saved };
  const spec = checkpointNetwork(config, chosen);
  const network = await openFeatureNetwork(spec, chosen, inferenceSettings(config), context);
  const { train, val } = saved.about.patients;
  const record = {
    run: run.name,
    checkpoint: run.best,
    checkpoint_sha256: network.sha256,
    trained_on: [...train],
    validated_on: [...val],
  };
  return { network, record };
}
