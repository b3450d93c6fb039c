import { compareText, DataError, idOf, labelName, SPLITS, type Split } from '@radweave/artifacts';
import { counted, offer, withLabelNames } from '@radweave/remarks';
import { stratifiedSplit } from '@radweave/stats';
import { personKey } from './found.ts';
import type { CohortMember } from './patients.ts';

export interface AssignedMember extends CohortMember {
  split: Split;
}

/**
 * Divides the home hospital's patients into train and validation, stratified by label; all others are the external test
 * set. In the order of sets, hospitals and patients.
 *
 * @throws DataError when the home hospital has no patient, or a class too few to be on both sides.
 */
export function assignSplits(
  members: readonly CohortMember[],
  home: string,
  trainRatio: number,
  seed: number,
  { hospitals, labels }: { readonly hospitals: readonly string[]; readonly labels: readonly string[] | null },
): AssignedMember[] {
  requireHome(home, hospitals);
  const own = members.filter(({ hospital }) => hospital === home);
  if (own.length === 0) {
    throw new DataError(
      'E_HOME_HOSPITAL',
      `the home hospital '${home}' has no patient who can be used: each needs slices of every modality (with --missing allow: of one at least)`,
      {
        hint: `Choose one with --home_hospital; hospitals found: ${hospitals.join(', ')}`,
      },
    );
  }
  const outcome = stratifiedSplit(
    own.map(({ label }) => label),
    trainRatio,
    seed,
    // By IDs: which other hospitals have the same ones must not change who is drawn.
    own.map(idOf),
  );
  if (outcome.value === null) {
    throw new DataError(
      'E_TOO_FEW',
      `the home hospital '${home}' cannot be divided: ${withLabelNames(outcome.reason, labels ?? []).text}`,
      {
        hint: 'Add patients of that label, or choose another --home_hospital',
      },
    );
  }
  const train = new Set(outcome.value.train);
  const sides = own.map(
    (member, i): AssignedMember => ({ ...member, split: train.has(i) ? 'train' : 'val' }),
  );
  const external = members
    .filter(({ hospital }) => hospital !== home)
    .map((member): AssignedMember => ({ ...member, split: 'test' }));
  return [...sides, ...external].sort(inOrder);
}

function inOrder(a: AssignedMember, b: AssignedMember): number {
  return (
    SPLITS.indexOf(a.split) - SPLITS.indexOf(b.split) ||
    compareText(a.hospital, b.hospital) ||
    compareText(a.patient, b.patient)
  );
}

/** The members in the sets that a table gives them, in the order of {@link assignSplits}. */
export function takeSplits(
  members: readonly CohortMember[],
  splits: ReadonlyMap<string, Split>,
): AssignedMember[] {
  const assigned = members.flatMap((member): AssignedMember[] => {
    const split = splits.get(personKey(member.hospital, idOf(member)));
    return split === undefined ? [] : [{ ...member, split }];
  });
  return assigned.sort(inOrder);
}

/** The home hospitals: those of training and validation where a table says who is in them, else the one that is named. */
export function homesOf(
  members: readonly CohortMember[],
  splits: ReadonlyMap<string, Split> | null,
  named: string,
): string[] {
  if (splits === null) return [named];
  const home = takeSplits(members, splits).filter(({ split }) => split !== 'test');
  return [...new Set(home.map(({ hospital }) => hospital))].sort(compareText);
}

/** @throws DataError when there is no such hospital. */
export function requireHome(home: string, hospitals: readonly string[]): void {
  if (hospitals.includes(home)) return;
  throw new DataError('E_HOME_HOSPITAL', `the home hospital '${home}' is not there`, {
    where: '--home_hospital',
    hint: offer(home, hospitals),
  });
}

/**
 * Labels must count from 0 without gaps, and the home hospital must have each: others' cannot be learned.
 *
 * @throws DataError naming those found.
 */
export function checkLabelRange(
  members: readonly CohortMember[],
  home: string | null,
  names: readonly string[] | null,
): void {
  const labels = [...new Set(members.map(({ label }) => label))].sort((a, b) => a - b);
  const gaps = Array.from({ length: labels.at(-1) ?? 0 }, (_, i) => i).filter((i) => !labels.includes(i));
  if (gaps.length > 0 && names !== null) {
    const empty = gaps.map((label) => labelName(names, label)).join(' or ');
    throw new DataError('E_LABELS', `no patient with usable slices is of the class ${empty}`, {
      hint: 'Correct the names of its folders, or leave it out of --labels (data.labels)',
    });
  }
  if (gaps.length > 0) {
    throw new DataError(
      'E_LABELS',
      `the labels are ${labels.join(', ')}, but must count 0, 1, … without gaps`,
      {
        hint: 'Rename the grade folders, or name all classes in the order of their labels: --labels grade0 grade1 …',
      },
    );
  }
  if (labels.length < 2) {
    throw new DataError(
      'E_LABELS',
      `all patients are ${labels.map((label) => labelName(names, label)).join('')}: there is nothing to learn`,
      {
        hint: 'Folders of at least two classes with patients are needed',
      },
    );
  }
  if (home === null) return;
  const own = new Set(members.filter(({ hospital }) => hospital === home).map(({ label }) => label));
  const foreign = labels.filter((label) => !own.has(label));
  if (own.size === 0 || foreign.length === 0) return;
  const theirs = members.filter(({ label }) => foreign.includes(label));
  const hospitals = [...new Set(theirs.map(({ hospital }) => hospital))].sort(compareText).join(', ');
  throw new DataError(
    'E_CLASS_MISSING',
    `the home hospital '${home}' has no patient of ${foreign.map((label) => labelName(names, label)).join(' or ')} (${counted(theirs.length, 'patient')} of ${hospitals}): no network can learn it`,
    {
      hint: 'Remove the patients of these labels, or choose another --home_hospital',
    },
  );
}
