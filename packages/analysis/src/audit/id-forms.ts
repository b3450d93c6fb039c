const SEPARATOR = String.raw`[\s._\-/\\#]`;
const SEPARATORS = /[\s._\-/\\]+/u;

/**
 * A form in which IDs agree that differ only in case, width, separators and zero padding: `cs-0042` and `CS 42`. Runs of
 * digits stay apart, so that `1-12` and `11-2` do not agree. An ID of separators alone is its own form.
 */
export function normalisedId(id: string): string {
  const parts = id
    .normalize('NFKC')
    .toLowerCase()
    .split(SEPARATORS)
    .flatMap((part) => part.match(/\d+|\D+/gu) ?? []);
  if (parts.length === 0) return id;
  return parts
    .map((part) => part.replace(/^0+(?=\d)/, ''))
    .reduce((form, part) => form + (/\d$/.test(form) && /^\d/.test(part) ? ' ' : '') + part, '');
}

/** What a last part of an ID is. */
export type SuffixKind = 'date' | 'visit' | 'number' | 'letter' | 'word';

/** An ID without its last part, as {@link normalisedId}, and what that part was. */
export interface SuffixedId {
  stem: string;
  kind: SuffixKind;
}

/** What examinations and lesions of one patient are called. */
const LONG =
  'visit|session|scan|exam|study|timepoint|follow-?up|baseline|before|after|pre|post|first|second|third|initial|recheck|' +
  'repeat|rescan|retest|lesion|nodule|tumou?r|left|right|week|month|year|day|术前|术后|治疗前|治疗后|基线|随访|复查|首诊|左|右';
/** Of a number behind them only: `v1`. */
const SHORT = 'ses|les|tp|fu|bl|v|t|s|l|r|m|w|d|y';

const end = (pattern: string): RegExp => new RegExp(`^(?<stem>${pattern})\\)?$`, 'iu');
const MAYBE = `${SEPARATOR}*\\(?`;
const SURELY = `(?:${SEPARATOR}+\\(?|\\()`;
const DATE = String.raw`(?:19|20)\d\d${SEPARATOR}?(?:0[1-9]|1[0-2])${SEPARATOR}?(?:0[1-9]|[12]\d|3[01])`;

/**
 * In this order. A part that many IDs end with by chance, such as a number, needs a separator and a digit before it: `P1` and
 * `P2`, or `0998` and `0999`, are two patients. A date directly behind a digit needs a letter before, as a number may end so.
 */
const SUFFIXES: readonly (readonly [kind: SuffixKind, pattern: RegExp])[] = [
  ['date', end(`.*[^\\d\\s])${MAYBE}(?:${DATE}`)],
  ['date', end(`.+?)${SURELY}(?:${DATE}`)],
  ['date', end(`.*\\p{L}.*\\d)(?:${DATE}`)],
  ['visit', end(`.*[^\\s._\\-/\\\\#(])${MAYBE}(?:${LONG})${SEPARATOR}*(?:\\d{0,3}`)],
  ['visit', end(`.*\\d)${MAYBE}(?:${SHORT})${SEPARATOR}*(?:\\d{1,3}`)],
  ['visit', end(`.+?)${SURELY}(?:${SHORT})${SEPARATOR}*(?:\\d{1,3}`)],
  ['number', end(`.*\\d.*?)${SURELY}(?:\\d{1,2}`)],
  ['letter', end(`.*\\d)${MAYBE}(?:\\p{L}`)],
  ['letter', end(`.*\\d.*?)${SURELY}(?:\\p{L}`)],
  ['word', end(`.*\\d.*?)${SURELY}(?:\\p{L}{2,12}\\d{0,3}`)],
];

/** Null for an ID that does not end like those of several examinations or lesions of one patient. */
export function withoutSuffix(id: string): SuffixedId | null {
  const written = id.normalize('NFKC').trim();
  for (const [kind, pattern] of SUFFIXES) {
    const stem = pattern.exec(written)?.groups?.stem;
    if (stem !== undefined) return { stem: normalisedId(stem), kind };
  }
  return null;
}
