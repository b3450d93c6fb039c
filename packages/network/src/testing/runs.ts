import { mkdirSync } from 'node:fs';
import { type Config, readSplit, type Split, splitPath } from '@radweave/artifacts';
import { createModel, modelInfo } from '@radweave/models';
import { patientHashes } from '@radweave/study/cohort/patient-hash';
import { SliceTable } from '@radweave/study/cohort/slice-table';
import { presentIdentity } from '@radweave/study/cohort/split-identity';
import { studyKey } from '@radweave/study/cohort/study-key';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { manualSeed, randn, tidy } from '@radweave/torch';
import { engineVersions } from '../compute/versions.ts';
import { takeSnapshot, writeCheckpoint } from '../open/checkpoint.ts';

function patientsOf(config: Config, split: Split, modality: string): string[] {
  const rows = readSplit(splitPath(config.data.splits_dir, split, modality));
  return patientHashes(studyKey(config.data), new SliceTable(rows).patients);
}

/** A finished run whose best model has random weights and batch statistics, on the split as it is now. */
export async function writeRun(
  config: Config,
  name: string,
  modality: string,
  seed: number,
  model = 'resnet18',
): Promise<RunFolder> {
  manualSeed(seed);
  const { image_size } = config.data;
  const net = createModel(model, { numClasses: 2, inChans: 1, imageSize: image_size });
  tidy(() => net.train().call(randn([8, 1, image_size, image_size])));
  const run = new RunFolder(config.experiment.output_dir, name);
  mkdirSync(run.checkpoints, { recursive: true });
  const split = presentIdentity(config.data, modality) ?? { split_hash: '' };
  const snapshot = takeSnapshot(
    {
      format: 'radweave/1',
      modality,
      architecture: { name: modelInfo(model).name, num_classes: 2, in_chans: 1, freeze_stages: 0 },
      input: { image_size, normalize_mean: 0.5, normalize_std: 0.5 },
      label_names: ['grade0', 'grade1'],
      initial_weights: 'trained from scratch',
      precision: 'fp32',
      epoch: 1,
      step: 0,
      best: { epoch: 1, score: 0.5, loss: 1 },
      ...split,
      patients: {
        train: patientsOf(config, 'train', modality),
        val: patientsOf(config, 'val', modality),
      },
      versions: engineVersions('cpu'),
      config,
    },
    net.stateDict(),
    null,
  );
  await writeCheckpoint(run.best, snapshot);
  const best = { epoch: 1, score: 0.5 };
  run.write({ format: 1, name, modality, model, status: 'finished', best, epochs: 1, ...split });
  return run;
}
