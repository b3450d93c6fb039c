import {
  type ChangedSlices,
  type Config,
  changedSlices,
  DataError,
  inShell,
  SPLITS,
  type Split,
  splitSummaryIn,
} from '@radweave/artifacts';
import { forEachSplit } from '@radweave/study/cohort/each-split';
import { type Cohort, readCohort } from '@radweave/study/cohort/read-cohort';
import type { FeatureSource } from './source.ts';

/** What the split files say of a patient. */
export interface KnownPatient {
  hospital: string;
  split: Split;
  label: number;
  /** What the label is called, where it has a name. */
  labelName: string | undefined;
  /** Of which there are images. */
  modalities: readonly string[];
}

/** Patients by ID, in Unicode form NFC. */
export type KnownPatients = ReadonlyMap<string, KnownPatient>;

function patientsOf(cohort: Cohort | null): KnownPatients {
  return new Map(
    (cohort?.patients ?? []).map(({ patient, hospital, split, label, label_name: labelName, slices }) => {
      const modalities = Object.keys(slices).filter((modality) => (slices[modality] ?? 0) > 0);
      return [patient.normalize('NFC'), { hospital, split, label, labelName, modalities }];
    }),
  );
}

/**
 * Whether patients may lack a modality: as `preprocess` was told when it divided them, else, in a split that the researchers
 * made, as the configuration says.
 */
export function allowsMissing({ splits_dir, missing }: Config['data']): boolean {
  const summary = splitSummaryIn(splits_dir);
  return summary === null ? missing === 'allow' : summary.kinds !== undefined;
}

/**
 * The patients of the splits folder; none where it has no split files. Refuses features of others: who are now in another set or
 * class, or in none, for whom the modalities disagree, and present patients who are not among them; and features of other slices.
 *
 * @throws DataError naming some of them; when the split is torn.
 */
export function requireSameSplit(
  sources: readonly FeatureSource[],
  splitsDir: string,
  modalities: readonly string[],
): KnownPatients {
  const cohort = readCohort({ splits_dir: splitsDir, root_dir: null }, modalities);
  const known = patientsOf(cohort);
  const slices = cohort?.slices() ?? {};
  const first = new Map<string, { modality: string; split: Split; label: number }>();
  const wrong: string[] = [];
  const again = new Set<string>();
  for (const { modality, rows, sets } of sources) {
    const refuse = (text: string): void => {
      wrong.push(text);
      again.add(modality);
    };
    for (const split of SPLITS) {
      for (const { patient_id, label } of rows[split]) {
        const before = first.get(patient_id) ?? { modality, split, label };
        first.set(patient_id, before);
        // Where nobody knows which is right, all are extracted again.
        if (known.size === 0 && (before.split !== split || before.label !== label)) {
          const here = `${modality}: ${split}, label ${label}`;
          refuse(`${patient_id} (${before.modality}: ${before.split}, label ${before.label}; ${here})`);
          again.add(before.modality);
        }
        const now = known.get(patient_id.normalize('NFC'));
        if (known.size > 0 && now?.split !== split) {
          refuse(`${patient_id} (features of ${modality} in ${split}, now in ${now?.split ?? 'no set'})`);
        } else if (now !== undefined && now.label !== label) {
          refuse(`${patient_id} (features of ${modality} with label ${label}, now label ${now.label})`);
        } else if (now?.modalities.includes(modality) === false) {
          refuse(`${patient_id} (features of ${modality}, now without images of it)`);
        }
      }
    }
    const found = new Set(
      SPLITS.flatMap((split) => rows[split].map(({ patient_id }) => patient_id.normalize('NFC'))),
    );
    for (const [patient, { split, modalities }] of known) {
      if (!modalities.includes(modality) || found.has(patient)) continue;
      refuse(`${patient} (now in ${split}, without features of ${modality})`);
    }
    const then = { [modality]: forEachSplit((split) => sets[split].slices_identity) };
    for (const one of changedSlices(then, slices)) refuse(otherSlices(one));
  }
  if (wrong.length === 0) return known;
  const more = wrong.length > 5 ? ', …' : '';
  throw new DataError(
    'E_FEATURES_SPLIT',
    `the features are of other patients or slices than the present ones: ${wrong.slice(0, 5).join(', ')}${more}`,
    {
      where: splitsDir,
      hint: `Extract again: ${[...again].map((modality) => `radweave extract --modality ${inShell(modality)}`).join('; ')}; or name the --splits_dir the features belong to`,
    },
  );
}

/** Of results, in the same words everywhere. */
export const otherSlices = ({ split, modality, isList }: ChangedSlices): string =>
  `the ${isList ? 'list of the ' : ''}${split} slices of ${modality} ${isList ? 'has' : 'have'} changed since`;
