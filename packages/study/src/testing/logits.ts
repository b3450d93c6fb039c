import {
  type Config,
  hashFile,
  logitsPath,
  logitsRecordPath,
  SPLITS,
  writeLogits,
  writeLogitsRecord,
} from '@radweave/artifacts';
import { Random } from '@radweave/stats';
import { forEachSplit } from '../cohort/each-split.ts';
import { patientHashes } from '../cohort/patient-hash.ts';
import { studyKey } from '../cohort/study-key.ts';
import type { MadeUpPatient } from './features.ts';

/** Writes logits of a modality as two cross-fitted models would give them, somewhat higher for the patient's own label. */
export function writeMadeUpLogits(
  config: Config,
  modality: string,
  cohort: readonly MadeUpPatient[],
  classes: number,
): void {
  const folder = config.data.features_dir;
  const foldOf = ({ split }: MadeUpPatient, i: number): number => (split === 'train' ? 1 + (i % 2) : 0);
  for (const split of SPLITS) {
    const rows = cohort
      .filter((one) => one.split === split)
      .map((one, i) => {
        const random = new Random(5, `logits/${modality}/${one.patient}`);
        const logits = Array.from(
          { length: classes },
          (_, c) => random.uniform() * 2 + (c === one.label ? 0.6 : 0),
        );
        const { patient: patient_id, hospital, label } = one;
        return { patient_id, hospital, label, num_slices: 1, fold: foldOf(one, i), logits };
      });
    writeLogits(logitsPath(folder, split, modality), rows, classes);
  }
  const training = cohort.filter(({ split }) => split === 'train');
  const hashes = (fold: number, isHeldOut: boolean): string[] =>
    patientHashes(
      studyKey(config.data),
      training.filter((one, i) => (foldOf(one, i) === fold) === isHeldOut),
    );
  writeLogitsRecord(logitsRecordPath(folder, modality), {
    format: 1,
    modality,
    model: 'resnet18',
    folds: 2,
    classes,
    identity: 'c'.repeat(64),
    models: [1, 2].map((fold) => ({
      fold,
      run: `fold${fold}`,
      checkpoint: `fold${fold}.pth`,
      checkpoint_sha256: String(fold).repeat(64),
      trained_on: hashes(fold, false),
      validated_on: [],
      held_out: hashes(fold, true),
    })),
    tables: forEachSplit((split) => hashFile(logitsPath(folder, split, modality))),
    versions: {},
  });
}
