import {
  type AuditCase,
  changedSlices,
  type SlicesIdentities,
  type Split,
  slicesIn,
} from '@radweave/artifacts';
import { allowsMissing, otherSlices } from '../features/known-patients.ts';
import { auditCase } from './check.ts';
import type { AuditSubject } from './subject.ts';

/** Somebody in a table of results; the ID in Unicode form NFC. */
export interface TablePatient {
  patient: string;
  label: number;
}

/**
 * Patients of results who are now in no set or have another label, and present patients whom the results are without. Those who
 * are in another set now are other checks' matter.
 *
 * @param results The splits that could be read.
 * @param modalities Whose images the results come from.
 */
export function otherPatients(
  results: readonly { split: Split; patients: readonly TablePatient[] }[],
  modalities: readonly string[],
  { config, placements, splitsOf }: AuditSubject,
  what: string,
): AuditCase[] {
  const found = new Map(results.flatMap(({ patients }) => patients.map((one) => [one.patient, one.label])));
  const labelOf = new Map(placements.map(({ patient, label }) => [patient, label]));
  const changed = [...found].flatMap(([patient, label]) => {
    const now = labelOf.get(patient);
    if (now === label) return [];
    return [
      now === undefined
        ? auditCase([patient], `in ${what}, now in no set`)
        : auditCase([patient], `label ${label} in ${what}, now label ${now}`),
    ];
  });
  const owned = modalities.map(
    (modality) =>
      new Set(placements.flatMap(({ source, patient }) => (source === modality ? [patient] : []))),
  );
  const isMeant = (patient: string): boolean =>
    allowsMissing(config.data)
      ? owned.some((patients) => patients.has(patient))
      : owned.every((patients) => patients.has(patient));
  const lacking = results.flatMap(({ split }) =>
    [...splitsOf].flatMap(([patient, now]) =>
      now.has(split) && isMeant(patient) && !found.has(patient) ? [{ patient, split }] : [],
    ),
  );
  return [
    ...changed,
    ...lacking.map(({ patient, split }) => auditCase([patient], `now in ${split}, not in ${what}`)),
  ];
}

/** Sets whose slices `preprocess` recorded otherwise since the results were made. */
export function changedCases(
  then: Readonly<Record<string, SlicesIdentities | undefined>>,
  { summary }: AuditSubject,
  what: string,
): AuditCase[] {
  const now = slicesIn(summary, Object.keys(then));
  return changedSlices(then, now).map((one) => auditCase([], `${otherSlices(one)} ${what}`));
}
