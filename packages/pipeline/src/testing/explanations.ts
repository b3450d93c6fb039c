import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decisionOf } from '@radweave/analysis/evaluation/network-decision';
import {
  type Config,
  type ExplainedPatient,
  type Explanations,
  evaluationFiles,
  evaluationFolder,
  explanationsFolder,
  readEvaluation,
  writeExplanations,
} from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { Random } from '@radweave/stats';
import { aggregationName } from '@radweave/study/decisions/aggregation-name';

/** Writes what `explain` would have left of a patient of the test set and modality A's network. */
export function writeMadeUpExplanations(
  config: Config,
  patient: Pick<ExplainedPatient, 'patient' | 'hospital' | 'label'>,
  more: Pick<Explanations, 'checkpoint_sha256' | 'slices_identity'> & Partial<Explanations>,
): void {
  const folder = explanationsFolder(config.experiment.output_dir, 'A');
  mkdirSync(folder, { recursive: true });
  const decision = decisionOf(readEvaluation(evaluationFiles(evaluationFolder(config)).record), 'A', 2);
  const random = new Random(1, 'noise');
  const pixels = Uint8Array.from({ length: 2000 * 100 }, () => random.below(256));
  writeFileSync(join(folder, 'one.png'), encodePng({ width: 2000, height: 100, pixels }));
  writeExplanations(folder, {
    format: 1,
    method: 'grad-cam',
    modality: 'A',
    split: 'test',
    model: 'resnet18',
    checkpoint: 'best_model.pth',
    layer: 'layer4',
    grid: [7, 7],
    image_size: 32,
    label_names: ['grade0', 'grade1'],
    normalisation: 'patient',
    decision: { ...decision, aggregation: aggregationName(decision.aggregation) },
    patients: [
      {
        ...patient,
        probabilities: [0.6, 0.4],
        predicted: 0,
        explained_class: 1,
        category: 'most_confident_right',
        file: 'one.png',
        scale: 1,
        slices: [{ image_path: 'a.png', probability: 0.4, peak: 1, shown: true }],
      },
    ],
    randomisation: {
      slices: 1,
      seed: 1,
      steps: [{ randomised: ['head'], spearman: 0.1, spearman_slices: 1, ssim: null }],
      limit: 0.8,
      passed: true,
    },
    notes: [],
    versions: {},
    ...more,
  });
}
