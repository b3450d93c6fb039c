import {
  type AuditCase,
  fusionFiles,
  fusionFolder,
  inShell,
  SPLITS,
  type Split,
  UNKNOWN_NETWORK,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { and, type Remark, remark } from '@radweave/remarks';
import { FusionResults } from '../fusion/fusion-results.ts';
import { changedSinceFused } from '../fusion/since-fused.ts';
import { attempt, auditCase, type CheckReport, finding } from './check.ts';
import { changedCases, otherPatients, type TablePatient } from './other-patients.ts';
import type { AuditSubject } from './subject.ts';

/** A fusion fitted on in-sample features, on patients who are now in a set that must be unseen, or of other patients. */
export function checkFusion(subject: AuditSubject): CheckReport {
  const { config, splitsOf } = subject;
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
  const modalities = model.modalities.map(({ modality }) => modality);
  const slices = Object.fromEntries(model.modalities.map((one) => [one.modality, one.slices_identity]));
  const gaps: Remark[] = [];
  const results = SPLITS.flatMap((split) => {
    const patients = predictedIn(fusion, split, gaps);
    return patients === undefined ? [] : [{ split, patients }];
  });
  const fittedOn = (split: Split, unseen: readonly Split[]): AuditCase[] =>
    movedFrom(split, results.find((one) => one.split === split)?.patients ?? [], splitsOf, unseen);
  const what = modalities.length > 1 ? 'the fusion' : 'the logistic regression';
  const again = 'Extract and fuse again on the present split';
  const ofOthers = [
    ...otherPatients(results, modalities, subject, what),
    ...changedCases(slices, subject, what),
  ];
  return {
    looked: remark('audit-fusion', { modalities }),
    found: [
      ...finding(remark('LEAK_FUSION_FITTED'), fittedOn('train', ['val', 'test']), file, again),
      ...finding(remark('LEAK_FUSION_THRESHOLD'), fittedOn('val', ['test']), file, again),
      ...finding(
        remark('WARN_FUSION_PATIENTS'),
        [
          ...ofOthers,
          ...changedSinceFused(model, config.data.features_dir).map((modality) =>
            auditCase([], `features of ${modality} changed since ${what}`),
          ),
        ],
        file,
        ofOthers.length > 0 ? again : `Fuse again: radweave fuse${isStacked ? ' --stack' : ''}`,
      ),
      ...finding(
        remark(isStacked ? 'INFO_FUSION_IN_SAMPLE' : 'WARN_FUSION_IN_SAMPLE'),
        inSample.map(({ modality, checkpoint }) => auditCase([], `${modality}: ${checkpoint}`)),
        file,
        isStacked ? "Report 'stacked' as well" : crossFit(modalities),
      ),
    ],
    gaps: [
      ...model.modalities.flatMap(({ modality, in_sample, checkpoint }) =>
        in_sample === null ? [silent(checkpoint, modality)] : [],
      ),
      ...gaps,
    ],
  };
}

/** How training features are made that no network has seen. What single commands make `radweave run` makes otherwise the next time. */
function crossFit(modalities: readonly string[]): string {
  const [each, names] = modalities.length > 1 ? ['each modality M ', 'M'] : ['', modalities];
  return `Cross-fit a whole job with radweave run --cross_fit K; after single commands cross-fit ${each}with radweave extract --modality ${inShell(names)} --cross_fit K, then radweave fuse --stack`;
}

function silent(checkpoint: string, modality: string): Remark {
  return checkpoint === UNKNOWN_NETWORK
    ? remark('audit-foreign-features', { modality })
    : remark('audit-silent-features', { file: checkpoint, modality });
}

/** Whom the fusion predicts in a split; undefined where that cannot be read. */
function predictedIn(fusion: FusionResults, split: Split, gaps: Remark[]): TablePatient[] | undefined {
  const path = fusion.predictionsFile(split);
  if (!existsSync(path)) gaps.push(remark('audit-no-file', { file: path }));
  else
    return attempt(gaps, () => fusion.predictions(split))?.map(({ patient, label }) => ({
      patient: patient.normalize('NFC'),
      label,
    }));
}

/** Patients of a split of the fusion who are now in one of the sets `unseen`. */
function movedFrom(
  split: Split,
  patients: readonly TablePatient[],
  splitsOf: AuditSubject['splitsOf'],
  unseen: readonly Split[],
): AuditCase[] {
  return patients.flatMap(({ patient }) => {
    const now = unseen.filter((one) => splitsOf.get(patient)?.has(one));
    return now.length === 0 ? [] : [auditCase([patient], `then ${split}, now ${and(now)}`)];
  });
}
