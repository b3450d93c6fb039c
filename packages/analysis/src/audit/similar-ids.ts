import type { AuditCase } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { auditCase, type CheckReport, finding } from './check.ts';
import { idWithoutSuffix, normalisedId } from './id-forms.ts';
import { type AuditSubject, gather } from './subject.ts';

/** More IDs than this that differ in the suffix only are a way of numbering patients, not visits of one. */
const MOST_VISITS = 4;

/** Different IDs that may be one patient: written differently, or with a suffix. */
export function checkSimilarIds(subject: AuditSubject): CheckReport {
  const { splitsOf, config } = subject;
  const ids = [...splitsOf.keys()];
  const same = groups(gather(ids, normalisedId, (id) => id));
  const isSame = new Set(same.flat());
  const others = ids.filter((id) => !isSame.has(id));
  const suffixed = groups(
    gather(
      others,
      (id) => idWithoutSuffix(id) ?? normalisedId(id),
      (id) => id,
    ),
  );
  const where = config.data.splits_dir;
  const hint = 'If it is one patient, use one ID in the folders and run radweave preprocess again';
  const isApart = (group: readonly string[]): boolean =>
    new Set(group.flatMap((id) => [...(splitsOf.get(id) ?? [])])).size > 1;
  const cases = (all: readonly (readonly string[])[]): AuditCase[] =>
    all.map((group) => auditCase(group, group.map((id) => splitText(subject, id)).join(', ')));
  const visits = suffixed.filter((group) => group.length <= MOST_VISITS);
  return {
    looked: remark('audit-ids', { n: ids.length }),
    found: [
      ...finding(remark('LEAK_SAME_ID'), cases(same.filter(isApart)), where, hint),
      ...finding(remark('WARN_SAME_ID'), cases(same.filter((group) => !isApart(group))), where, hint),
      ...finding(remark('WARN_ID_SUFFIX'), cases(visits.filter(isApart)), where, hint),
      ...finding(
        remark('INFO_ID_NUMBERED', { most: MOST_VISITS }),
        cases(suffixed.filter((group) => group.length > MOST_VISITS)),
        where,
        'If these are visits of one patient, use one ID',
      ),
    ],
    gaps: [],
  };
}

/** The groups of at least two. */
function groups(byForm: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  return [...byForm.values()].filter((group) => group.size > 1).map((group) => [...group]);
}

function splitText({ splitsOf }: AuditSubject, id: string): string {
  return `${id} in ${[...(splitsOf.get(id) ?? [])].join(' and ')}`;
}
