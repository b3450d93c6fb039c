/** Of a test set with patients of hospitals that train: such a test says nothing, or not only, about other hospitals. */
const INTERNAL: readonly string[] = ['found-internal-test', 'found-partly-internal-test'];

/** Whether findings say that the test set is not external, or in part only. */
export function isInternalTest(findings: readonly { readonly code: string }[]): boolean {
  return findings.some(({ code }) => INTERNAL.includes(code));
}

/** How sentences of every language name an external test, and what they say of another one; the first that fits. */
const NAMES: readonly (readonly [external: RegExp, other: string])[] = [
  [/\btest or external (?=patient)/g, 'test '],
  [/\boutside the home hospital\b/g, 'in the test set'],
  [/\bexternal test elsewhere\b/g, 'test'],
  [/\bexternal (?=test\b)/g, ''],
  [/\bExternal test\b/g, 'Test'],
  [/\bexternal (?=patients?\b|hospitals?\b)/g, 'test '],
  [/\bExternal (?=patients?\b|hospitals?\b)/g, 'Test '],
  [/测试集或外部患者/g, '测试集患者'],
  [/本院以外/g, '测试集中'],
  [/外部(?=测试)/g, ''],
  [/外部(?=患者|医院)/g, '测试'],
  [/外部(?=中)/g, '测试集'],
];

/** A sentence about an external test as one about a test of patients whose hospitals train. */
export function ofInternalTest(sentence: string): string {
  return NAMES.reduce((text, [external, other]) => text.replace(external, other), sentence);
}
