import { folderName } from '@radweave/artifacts';
import type { Place } from '../output/write-stack.ts';
import { OPEN, OUT, type Proposal } from '../series/propose.ts';
import { MASK } from '../series/rules.ts';
import type { ImportedPatient } from './patients.ts';

/** Whether a series is to be written. */
export function isWanted({ modality }: Proposal): boolean {
  return ![OUT, OPEN, MASK].includes(modality);
}

export function placeOf(patients: readonly ImportedPatient[]): (proposal: Proposal) => Place {
  const people = new Map(patients.map((one) => [one.pseudonym, one]));
  return ({ patient }) => {
    const { hospital = '', label = null } = people.get(patient) ?? {};
    return { hospital, label: label ?? '0', patient };
  };
}

/**
 * Where the slices of a series lie, relative to the output. What an earlier import wrote there of a series that nobody asks for this
 * time stays; null for one that is left out for another reason.
 */
export function folderOf(patients: readonly ImportedPatient[]): (proposal: Proposal) => string | null {
  const place = placeOf(patients);
  return (proposal) => {
    const name = proposal.modality === OUT ? proposal.unasked : proposal.modality;
    if (name === undefined) return null;
    const { hospital, label, patient } = place(proposal);
    return `${hospital}/${classFolder(label)}/${patient}/${folderName('modality', name)}`;
  };
}

/** `preprocess` reads the label from the folder: as a number, or by the name of the class. */
function classFolder(label: string): string {
  return /^\d+$/.test(label) ? `grade${Number(label)}` : folderName('class', label);
}
