import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';

/** Stands for what is taken out. */
export const HIDDEN = '…';
/** Of fewer signs, an ID or a date is found in what has nothing to do with the patient: `CT 12`. */
const LEAST_ID = 4;
const LEAST_NAME = 2;

/**
 * A text that technicians type, such as SeriesDescription, without what it tells of the patient: the ID, the date of birth, and
 * each part of the name, in any letter case, become `…`. A name that the file itself does not hold is not known.
 */
export function withoutIdentity(text: string, dataset: Dataset): string {
  const ids = [TAG.patientId, TAG.birthDate].map((tag) => dataset.text(tag).trim());
  const told = [
    ...ids.filter((id) => id.length >= LEAST_ID),
    ...namesIn(dataset.text(TAG.patientName)).filter((name) => name.length >= LEAST_NAME),
  ];
  // The longest first: a part of a name may be a part of another.
  const sorted = [...new Set(told)].sort((a, b) => b.length - a.length);
  return sorted
    .reduce((left, one) => left.replace(asWord(one), HIDDEN), text)
    .replace(/…([\s^_-]*…)+/g, HIDDEN);
}

/** The parts of a name (PN, PS3.5 6.2.1.1) in each writing, and the parts of one writing in one piece: `张^三` is typed as 张三. */
function namesIn(name: string): string[] {
  return name.split('=').flatMap((writing) => {
    const parts = writing.split(/[\s^,]+/).filter(Boolean);
    return [...parts, parts.join(''), [...parts].reverse().join('')];
  });
}

/** Chinese, Japanese and Korean names stand between other signs without a space; others must be words of their own. */
function asWord(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const isLatin = !/[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(name);
  return new RegExp(isLatin ? `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])` : escaped, 'giu');
}
