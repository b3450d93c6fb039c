import { type AuditCase, fusionFiles, fusionFolder, type Split, UNKNOWN_NETWORK } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { type Remark, remark } from '@radweave/remarks';
import { FusionResults } from '../fusion/fusion-results.ts';
import { attempt, auditCase, type CheckReport, finding } from './check.ts';
import type { AuditSubject } from './subject.ts';

/** A fusion fitted on in-sample features, or on patients who are now in a set that must be unseen. */
export function checkFusion({ config, splitsOf }: AuditSubject): CheckReport {
  const folder = fusionFolder(config);
  const fusion = FusionResults.read(folder);
  if (fusion === null)
    return {
      looked: null,
      found: [],
      gaps: [remark('audit-no-fusion', { file: fusionFiles(folder).model })],
    };
  const { modelFile: file, model } = fusion;
  const inSample = model.modalities.filter(({ in_sample }) => in_sample === true);
  const isStacked = model.stacked !== undefined;
  const fitted = fittedOn(fusion, 'train', splitsOf, ['val', 'test']);
  const chosen = fittedOn(fusion, 'val', splitsOf, ['test']);
  const again = 'Extract and fuse again on the present split';
  return {
    looked: remark('audit-fusion', { modalities: model.modalities.map(({ modality }) => modality) }),
    found: [
      ...finding(remark('LEAK_FUSION_FITTED'), fitted.cases, file, again),
      ...finding(remark('LEAK_FUSION_THRESHOLD'), chosen.cases, file, again),
      ...finding(
        remark(isStacked ? 'INFO_FUSION_IN_SAMPLE' : 'WARN_FUSION_IN_SAMPLE'),
        inSample.map(({ modality, checkpoint }) => auditCase([], `${modality}: ${checkpoint}`)),
        file,
        isStacked
          ? "Report 'stacked'"
          : 'Cross-fit each modality M: radweave extract --modality M --cross_fit K, then radweave fuse --stack',
      ),
    ],
    gaps: [
      ...model.modalities.flatMap(({ modality, in_sample, checkpoint }) =>
        in_sample === null ? [silent(checkpoint, modality)] : [],
      ),
      ...fitted.gaps,
      ...chosen.gaps,
    ],
  };
}

function silent(checkpoint: string, modality: string): Remark {
  return checkpoint === UNKNOWN_NETWORK
    ? remark('audit-foreign-features', { modality })
    : remark('audit-silent-features', { file: checkpoint, modality });
}

/** Patients of a split's predictions who are now in one of the sets `unseen`. */
function fittedOn(
  fusion: FusionResults,
  split: Split,
  splitsOf: AuditSubject['splitsOf'],
  unseen: readonly Split[],
): { cases: AuditCase[]; gaps: Remark[] } {
  const path = fusion.predictionsFile(split);
  if (!existsSync(path)) return { cases: [], gaps: [remark('audit-no-file', { file: path })] };
  const gaps: Remark[] = [];
  const rows = attempt(gaps, () => fusion.predictions(split)) ?? [];
  const cases = rows.flatMap(({ patient }) => {
    const now = unseen.filter((one) => splitsOf.get(patient.normalize('NFC'))?.has(one));
    return now.length === 0 ? [] : [auditCase([patient], `then ${split}, now ${now.join(' and ')}`)];
  });
  return { cases, gaps };
}
