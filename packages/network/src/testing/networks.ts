import { mkdirSync, writeFileSync } from 'node:fs';
import {
  type CheckpointFacts,
  type Config,
  SPLITS,
  slicePredictionsPath,
  writeSlicePredictions,
} from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import { presentSlices } from '@radweave/study/cohort/read-cohort';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { hashPredictionsOf } from '@radweave/study/runs/run-predictions';
import type { MadeUpPatient } from '@radweave/study/testing/features';
import { writeTorchFile } from '@radweave/torch';

/** A finished run without a real network, whose slice predictions lean to the true label. */
export function writeMadeUpNetwork(
  config: Config,
  modality: string,
  cohort: readonly MadeUpPatient[],
  classes = 2,
): RunFolder {
  const name = `made_up_${modality}`;
  const run = new RunFolder(config.experiment.output_dir, name);
  mkdirSync(run.checkpoints, { recursive: true });
  mkdirSync(run.logs, { recursive: true });
  writeFileSync(run.best, `weights of ${modality}`);
  for (const split of SPLITS) {
    const rows = cohort
      .filter((one) => one.split === split)
      .flatMap(({ patient, hospital, label }) => {
        const random = new Random(5, `${modality}/${patient}`);
        const lean = random.normal();
        return Array.from({ length: 2 + random.below(4) }, (_, s) => {
          const raw = Array.from({ length: classes }, (_unused, k) =>
            Math.exp(random.normal() + (k === label ? 0.9 + 0.4 * lean : 0)),
          );
          const sum = raw.reduce((total, one) => total + one, 0);
          const image_path = `${hospital}/grade${label}/${patient}/${modality}/slice_${s}.png`;
          return { image_path, patient, hospital, label, probabilities: raw.map((one) => one / sum) };
        });
      });
    writeSlicePredictions(slicePredictionsPath(run.logs, split), rows, classes);
  }
  const best = { epoch: 1, score: 0.5 };
  const status = 'finished';
  const predictions_sha256 = hashPredictionsOf(run);
  const about = { name, modality, model: 'resnet18', status, best, epochs: 1, split_hash: '' } as const;
  const slices_identity = presentSlices(config.data, [modality])[modality];
  run.write({ format: 1, ...about, slices_identity, predictions_sha256 });
  return run;
}

/** Puts a checkpoint with facts, and without a single weight, in the place of a made-up network's best one. */
export async function writeMadeUpCheckpoint(
  run: RunFolder,
  config: Config,
  more: Partial<CheckpointFacts> = {},
): Promise<void> {
  const { modality, model } = run.read();
  const { data } = config;
  const facts: CheckpointFacts = {
    format: 'radweave/1',
    modality,
    architecture: { name: model, num_classes: 2, in_chans: 1, freeze_stages: 0 },
    input: { image_size: data.image_size, normalize_mean: 0.5, normalize_std: 0.5 },
    label_names: ['grade0', 'grade1'],
    initial_weights: 'trained from scratch',
    ...{ precision: 'fp32', epoch: 1, step: 0, best: null, split_hash: '', versions: {} },
    patients: { train: [], val: [] },
    config,
    ...more,
  };
  await writeTorchFile(run.best, { ...facts, model_state_dict: new Map() });
}
