import { distance } from 'fastest-levenshtein';

/** What people call otherwise than it is called here. */
const CALLED: ReadonlyMap<string, string> = new Map([
  ['gpu', 'cuda'],
  ['nvidia', 'cuda'],
]);

/** So many known names are listed at most. */
const LISTED = 8;

/** How many letters must be put in, left out or changed to make one word of another (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  return distance(a, b);
}

/** Known names, those nearest to a mistyped one first: letter case, spaces around it and the difference of `-` and `_` do not count. */
function ranked(word: string, known: readonly string[]): { name: string; edits: number }[] {
  const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase().replaceAll('-', '_');
  const names = [...new Set(known)];
  const called = CALLED.get(plain(word));
  if (called !== undefined && names.includes(called)) return [{ name: called, edits: 1 }];
  return names
    .map((name) => ({ name, edits: editDistance(plain(word), plain(name)) }))
    .sort((a, b) => a.edits - b.edits);
}

/** The known name nearest to a mistyped one; ties go to the first. @returns undefined where none is known. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  return ranked(word, known)[0]?.name;
}

/** The known name that must be meant; undefined where none or several are near. */
export function meant(word: string, known: readonly string[]): string | undefined {
  const [first, second] = ranked(word, known);
  const isNear = first !== undefined && 2 * first.edits <= word.length && first.edits !== second?.edits;
  return isNear ? first.name : undefined;
}

/**
 * What to give in place of a name that is not known: the nearest, or, where none or several are near, those that are known.
 *
 * @param orElse What else can be done, such as `name another folder`; not told where the name is a known one, written otherwise.
 * @returns undefined where none is known and nothing else can be done.
 */
export function offer(word: string, known: readonly string[], orElse = ''): string | undefined {
  const names = ranked(word, known);
  const [first] = names;
  if (first === undefined) return orElse.charAt(0).toUpperCase() + orElse.slice(1) || undefined;
  const near = meant(word, known);
  if (near !== undefined) {
    return `Did you mean '${near}'?${orElse === '' || first.edits === 0 ? '' : ` Or ${orElse}`}`;
  }
  const shown = names.slice(0, LISTED).map(({ name }) => name);
  const more = names.length > LISTED ? `, … (${names.length} in all)` : '';
  const list = `${names.length > 1 ? 'one of ' : ''}${shown.join(', ')}${more}`;
  return `Give ${list}${orElse === '' ? '' : `; or ${orElse}`}`;
}
