import type { AuditCase, Split } from '@radweave/artifacts';
import { and } from '@radweave/remarks';
import type { SeenPatients } from '@radweave/study/runs/seen-patients';
import { auditCase } from './check.ts';
import type { AuditSubject } from './subject.ts';

/** Who of the sets that must be unseen a network has seen. */
export interface SeenCases {
  trainedOn: AuditCase[];
  selectedOn: AuditCase[];
}

/**
 * Patients now in validation or test that a network was trained on, and those now in test that its epoch was chosen on.
 *
 * @param splitsOf By patient, the sets it must be evaluated in.
 */
export function seenCases(
  { trained, selected }: Pick<SeenPatients, 'trained' | 'selected'>,
  { people, known }: Pick<AuditSubject, 'people' | 'known'>,
  splitsOf: AuditSubject['splitsOf'],
  network: string,
): SeenCases {
  const cases: SeenCases = { trainedOn: [], selectedOn: [] };
  for (const one of people) {
    const { patient } = one;
    const splits = splitsOf.get(patient) ?? new Set();
    const unseen = (['val', 'test'] as Split[]).filter((split) => splits.has(split));
    if (known.has(trained, one) && unseen.length > 0) {
      cases.trainedOn.push(auditCase([patient], `${network}: trained on, now ${and(unseen)}`));
    } else if (known.has(selected, one) && splits.has('test')) {
      cases.selectedOn.push(auditCase([patient], `${network}: its epoch was chosen on, now test`));
    }
  }
  return cases;
}
