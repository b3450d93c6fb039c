/** What two spellings of one thing have in common: letter case, full width and spaces do not count. */
export function spellingKey(text: string): string {
  return text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** How people write that a value is missing. Words that may be a finding, such as `none`, are not among them. */
const MISSING =
  /^(?:[-–—./?…]+|n\.?\/?a\.?|nan|null|unk(?:nown)?|missing|not (?:available|known|done|recorded|reported)|unbekannt|fehlt|k\. ?a\.|未知|不详|不明|缺失|未查|未测|无记录|未记录|#(?:n\/a|null!|div\/0!|value!|ref!|name\?|num!))$/;

export function isMissing(cell: string): boolean {
  const key = spellingKey(cell);
  return key === '' || MISSING.test(key);
}
