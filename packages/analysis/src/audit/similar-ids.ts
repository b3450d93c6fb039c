import { type AlikeId, type AuditCase, groupBy, idOf, type KeyedPatient } from '@radweave/artifacts';
import { and, type Remark, remark } from '@radweave/remarks';
import { auditCase, type CheckReport, type Found, finding } from './check.ts';
import { normalisedId, type SuffixKind, withoutSuffix } from './id-forms.ts';
import type { AuditSubject } from './subject.ts';

/** More IDs than this that differ in the suffix only are a way of numbering patients, not visits of one. */
const MOST_VISITS = 4;

export interface AlikePatients {
  how: AlikeId['alike'] | 'numbered';
  patients: readonly KeyedPatient[];
}

/** All patients whose IDs are alike, for `similar_ids.csv`. */
export function alikeIds({ people, splitsOf }: AuditSubject): AlikeId[] {
  const groups = [...alikeWithin(people), ...alikeAcross(people)];
  return groups.flatMap(({ how: alike, patients }, i) => {
    if (alike === 'numbered') return [];
    return patients.map((one): AlikeId => {
      const { patient, hospital } = one;
      const splits = [...(splitsOf.get(patient) ?? [])].join(' ');
      return { group: i + 1, alike, patient, hospital, id: idOf(one), splits };
    });
  });
}

/** Different IDs of one hospital that may be one patient: written differently, or with a suffix. */
export function checkSimilarIds(subject: AuditSubject): CheckReport {
  const all = alikeWithin(subject.people);
  const found = (
    how: AlikePatients['how'],
    isAsked: (group: AlikePatients) => boolean,
    what: Remark,
  ): Found[] => {
    const own = all.filter((group) => group.how === how && isAsked(group));
    const where = subject.config.data.splits_dir;
    const hint =
      'If it is one patient, use one ID in the folders, or write a table with a row for each visit and run radweave preprocess --table … again';
    return finding(what, casesOf(subject, own), where, hint);
  };
  const apart = (group: AlikePatients): boolean => isApart(subject, group);
  const together = (group: AlikePatients): boolean => !isApart(subject, group);
  return {
    looked: remark('audit-ids', { n: subject.people.length }),
    found: [
      ...found('written', apart, remark('LEAK_SAME_ID')),
      ...found('written', together, remark('WARN_SAME_ID')),
      ...found('suffix', apart, remark('WARN_ID_SUFFIX')),
      ...found('suffix', together, remark('INFO_ID_SUFFIX')),
      ...found('numbered', () => true, remark('INFO_ID_NUMBERED', { most: MOST_VISITS })),
    ],
    gaps: [],
  };
}

/** Patients of different hospitals whose IDs are the same, or written differently: each is a patient of its own. */
export function alikeAcross(people: readonly KeyedPatient[]): AlikePatients[] {
  return groupsOf(people, (one) => normalisedId(idOf(one)))
    .filter((group) => new Set(group.map(({ hospital }) => hospital)).size > 1)
    .map((patients) => ({ how: 'hospitals', patients }));
}

/** Patients of one hospital who may be one. */
export function alikeWithin(people: readonly KeyedPatient[]): AlikePatients[] {
  const own = groupsOf(people, ({ hospital }) => hospital);
  return own.flatMap((patients) => {
    const written = groupsOf(patients, (one) => normalisedId(idOf(one)));
    const isWritten = new Set(written.flat());
    const others = patients.filter((one) => !isWritten.has(one));
    return [
      ...written.map((group): AlikePatients => ({ how: 'written', patients: group })),
      ...suffixed(others),
    ];
  });
}

/**
 * Groups that share all but a suffix. Where most of the IDs with such a suffix are in groups too large for one patient, the
 * hospital numbers its patients so, and the smaller groups tell nothing either.
 */
function suffixed(patients: readonly KeyedPatient[]): AlikePatients[] {
  const parts = new Map(patients.map((one) => [one, withoutSuffix(idOf(one))]));
  const groups = groupsOf(patients, (one) => parts.get(one)?.stem ?? normalisedId(idOf(one)));
  const kindOf = (group: readonly KeyedPatient[]): SuffixKind | undefined =>
    group.map((one) => parts.get(one)?.kind).find((kind) => kind !== undefined);
  const counts = gatherCounts(groups, kindOf);
  return groups.map((group): AlikePatients => {
    const { large = 0, all = 0 } = counts.get(kindOf(group)) ?? {};
    const isNumbered = group.length > MOST_VISITS || large * 2 > all;
    return { how: isNumbered ? 'numbered' : 'suffix', patients: group };
  });
}

function gatherCounts<K>(
  groups: readonly (readonly KeyedPatient[])[],
  kindOf: (group: readonly KeyedPatient[]) => K,
): Map<K, { large: number; all: number }> {
  const counts = new Map<K, { large: number; all: number }>();
  for (const group of groups) {
    const { large, all } = counts.get(kindOf(group)) ?? { large: 0, all: 0 };
    const more = group.length > MOST_VISITS ? group.length : 0;
    counts.set(kindOf(group), { large: large + more, all: all + group.length });
  }
  return counts;
}

/** The groups of at least two. */
function groupsOf(people: readonly KeyedPatient[], formOf: (one: KeyedPatient) => string): KeyedPatient[][] {
  return [...groupBy(new Set(people), formOf).values()].filter((group) => group.length > 1);
}

/** Whether patients of a group are in different sets. */
function isApart({ splitsOf }: AuditSubject, { patients }: AlikePatients): boolean {
  return new Set(patients.flatMap(({ patient }) => [...(splitsOf.get(patient) ?? [])])).size > 1;
}

/** Each group with the sets of its patients. */
export function casesOf({ splitsOf }: AuditSubject, groups: readonly AlikePatients[]): AuditCase[] {
  return groups.map(({ how, patients }) => {
    const sets = patients.map((one) => {
      const who = how === 'hospitals' ? `${idOf(one)} of ${one.hospital}` : one.patient;
      return `${who} in ${and([...(splitsOf.get(one.patient) ?? [])])}`;
    });
    return auditCase(
      patients.map(({ patient }) => patient),
      sets.join(', '),
    );
  });
}
