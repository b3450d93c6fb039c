import type { Remark } from '@radweave/remarks';
import { WORDS } from '@radweave/report';

/** Remarks of which the Chinese report would leave four English words or more: they have no code. */
export function untranslated(remarks: readonly Remark[]): string[] {
  return remarks
    .map((remark) => WORDS.zh.remark(remark).replace(/\S*[/\\_]\S*/g, ''))
    .filter((text) => /(?:[A-Za-z’'-]{2,}[ ,;:()]+){3,}[A-Za-z’'-]{2,}/.test(text));
}
