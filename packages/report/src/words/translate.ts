/**
 * A text of another package and what it is in a language. `{n}` stands for a count and `{name}` for anything without a
 * semicolon; both are kept. `{name+}` is a list whose `and`, commas and colons are translated, `{name*}` is translated where it is known, and
 * `{name!}` must be known for the phrase to apply. `(s)` is a plural that may be missing.
 */
export type Phrase = readonly [english: string, translated: string];

interface Pattern {
  regex: RegExp;
  /** Name and mark of each group. */
  groups: [name: string, mark: string][];
  translated: string;
}

const PLACEHOLDER = /\{(\w+)([+*!]?)\}/g;

/**
 * Makes the function that translates remarks: one, or several joined by `; `, some of which hold that themselves. What is
 * not known stays as it is: a caution in English is better than none.
 */
export function translator(
  phrases: readonly Phrase[],
  { separator, and, colon }: { separator: string; and: string; colon: string },
): (text: string) => string {
  const patterns = phrases.map(compile);
  const known = (text: string): string | null => {
    for (const pattern of patterns) {
      const filled = fill(pattern, text);
      if (filled !== null) return filled;
    }
    return null;
  };

  function fill({ regex, groups, translated }: Pattern, text: string): string | null {
    const match = regex.exec(text);
    if (match === null) return null;
    const values = new Map<string, string>();
    for (const [i, [name, mark]] of groups.entries()) {
      const raw = match[i + 1] ?? '';
      const value = mark === '!' ? allKnown(raw) : mark === '*' ? translate(raw) : raw;
      if (value === null) return null;
      values.set(name, mark === '+' ? value.replaceAll(/ and |, /g, and).replaceAll(': ', colon) : value);
    }
    return translated.replace(PLACEHOLDER, (_, name: string) => values.get(name) as string);
  }

  /** The longest run of parts that is known, again and again; null marks parts that are not. */
  function parts(text: string): [original: string, translated: string | null][] {
    const pieces = text.split('; ');
    const found: [string, string | null][] = [];
    for (let from = 0; from < pieces.length; ) {
      let to = pieces.length;
      let translated = known(pieces.slice(from, to).join('; '));
      while (translated === null && to > from + 1) translated = known(pieces.slice(from, --to).join('; '));
      found.push([pieces.slice(from, to).join('; '), translated]);
      from = to;
    }
    return found;
  }

  function allKnown(text: string): string | null {
    const all = parts(text).map(([, translated]) => translated);
    return all.includes(null) ? null : all.join(separator);
  }

  function translate(text: string): string {
    const all = parts(text);
    if (all.every(([, translated]) => translated === null)) return text;
    return all.map(([original, translated]) => translated ?? original).join(separator);
  }

  return translate;
}

function compile([english, translated]: Phrase): Pattern {
  const groups: [string, string][] = [];
  const source = english
    .split(/(\{\w+[+*!]?\}|\(s\))/)
    .map((piece, i, pieces) => {
      if (piece === '(s)') return 's?';
      const [, name, mark = ''] = /^\{(\w+)([+*!]?)\}$/.exec(piece) ?? [];
      if (name === undefined) return piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      groups.push([name, mark]);
      if (name === 'n') return '(\\d+)';
      // Only what ends both texts may take in the remarks behind it: they are translated by themselves, in their order.
      const isLast = pieces.slice(i + 1).join('') === '' && translated.endsWith(`{${name}}`);
      return isLast && (mark === '*' || mark === '!') ? '(.+)' : '([^;]+?)';
    })
    .join('');
  const names = groups.map(([name]) => name).sort();
  const kept = Array.from(translated.matchAll(PLACEHOLDER), ([, name = '']) => name).sort();
  if (names.join() !== kept.join()) {
    throw new Error(
      `the translation of "${english}" keeps ${kept.join() || 'nothing'} instead of ${names.join()}`,
    );
  }
  return { regex: new RegExp(`^${source}$`, 's'), groups, translated };
}
