const SEPARATORS = /[\s._\-/\\]+/u;

/**
 * A form in which IDs agree that differ only in case, width, separators and zero padding: `cs-0042` and `CS 42`. Runs of
 * digits stay apart, so that `1-12` and `11-2` do not agree.
 */
export function normalisedId(id: string): string {
  const parts = id
    .normalize('NFKC')
    .toLowerCase()
    .split(SEPARATORS)
    .flatMap((part) => part.match(/\d+|\D+/gu) ?? []);
  return parts
    .map((part) => part.replace(/^0+(?=\d)/, ''))
    .reduce((form, part) => form + (/\d$/.test(form) && /^\d/.test(part) ? ' ' : '') + part, '');
}

/** {@link normalisedId} without a last part such as `_1`, `-02` or `-a`; null when there is none, or no digit before. */
export function idWithoutSuffix(id: string): string | null {
  const stem = /^(.*\d.*?)[\s._-]+(?:\d{1,2}|[A-Za-z])$/u.exec(id.normalize('NFKC').trim())?.[1];
  return stem === undefined ? null : normalisedId(stem);
}
