import type { AuditCheckName } from '@radweave/artifacts';
import type { StageContext } from '@radweave/study/context/events';
import type { SeenReader } from '@radweave/study/runs/seen-patients';
import { checkChangedSlices } from './changed-slices.ts';
import { type CheckReport, NO_PIXELS } from './check.ts';
import { checkCheckpoints } from './checkpoints.ts';
import { checkFeatures } from './features.ts';
import { checkFoldModels } from './fold-models.ts';
import { checkFrozen } from './frozen.ts';
import { checkFusion } from './fusion.ts';
import { checkIdenticalSlices } from './identical-slices.ts';
import { checkLabels } from './labels.ts';
import { checkNearSlices } from './near-slices.ts';
import { checkPatientHospitals, checkPatientSplits, checkSplitAgreement } from './patients.ts';
import { type AuditedPixels, scanPixels } from './pixels.ts';
import { checkSimilarIds } from './similar-ids.ts';
import type { AuditSubject } from './subject.ts';

export interface CheckTools {
  reader: SeenReader;
  /** Null when pixels are not to be looked at. */
  pixels: AuditedPixels | null;
  nearDuplicateDistance: number;
}

export interface Check {
  name: AuditCheckName;
  /** `data`: of images and split files alone. */
  needs: 'data' | 'results';
  run: (subject: AuditSubject, tools: CheckTools) => CheckReport | Promise<CheckReport>;
}

/** Every check, in the order of the report. */
export const CHECKS: readonly Check[] = [
  { name: 'patients across splits', needs: 'data', run: checkPatientSplits },
  { name: 'patients across hospitals', needs: 'data', run: checkPatientHospitals },
  { name: 'splits of the modalities', needs: 'data', run: checkSplitAgreement },
  { name: 'similar patient IDs', needs: 'data', run: checkSimilarIds },
  { name: 'labels', needs: 'data', run: checkLabels },
  {
    name: 'identical slices',
    needs: 'data',
    run: (_, { pixels }) => (pixels === null ? NO_PIXELS : checkIdenticalSlices(pixels)),
  },
  {
    name: 'near-duplicate slices',
    needs: 'data',
    run: (_, { pixels, nearDuplicateDistance }) =>
      pixels === null ? NO_PIXELS : checkNearSlices(pixels, nearDuplicateDistance),
  },
  {
    name: 'changed slices',
    needs: 'data',
    run: (subject, { pixels }) => checkChangedSlices(subject, pixels),
  },
  { name: 'checkpoints', needs: 'results', run: (subject, { reader }) => checkCheckpoints(subject, reader) },
  { name: 'fold models', needs: 'results', run: (subject, { reader }) => checkFoldModels(subject, reader) },
  { name: 'features', needs: 'results', run: (subject, { reader }) => checkFeatures(subject, reader) },
  { name: 'fusion', needs: 'results', run: checkFusion },
  { name: 'frozen decisions', needs: 'results', run: checkFrozen },
];

export async function checkTools(
  subject: AuditSubject,
  reader: SeenReader,
  options: { pixels: boolean; nearDuplicateDistance: number },
  context: StageContext,
): Promise<CheckTools> {
  const { nearDuplicateDistance } = options;
  const pixels = options.pixels ? await scanPixels(subject, context) : null;
  return { reader, pixels, nearDuplicateDistance };
}
