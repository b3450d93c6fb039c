/** Whose patients a test set has: of other hospitals than those that train, or of these too. */
export type TestKind = 'external' | 'internal';

/** What a language calls a test of one kind, its patients and their hospitals. */
export interface TestWords {
  /** In a sentence, and where one begins. */
  readonly set: string;
  readonly title: string;
  readonly patient: string;
  readonly patients: string;
  readonly hospital: string;
  readonly hospitals: string;
  /** Where its patients are: `outside the home hospital`. */
  readonly where: string;
}

/** Of a test set with patients of hospitals that train: such a test says nothing, or not only, about other hospitals. */
const INTERNAL: readonly string[] = ['found-internal-test', 'found-partly-internal-test'];

/** What findings say of the test set. */
export function testKind(findings: readonly { readonly code: string }[]): TestKind {
  return findings.some(({ code }) => INTERNAL.includes(code)) ? 'internal' : 'external';
}
