import { editDistance } from '@radweave/remarks';

/** How many patients of each hospital have a class, by its key. */
export type ClassCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Whose names differ by little are two classes all the same, where one hospital has so many patients of each. */
export const FREQUENT = 5;
/** A class with a smaller share of the patients of another is rare beside it. */
export const RARE = 0.1;

/** `stage 2` and `stageII` without their numbers. */
const stemOf = (name: string): string => name.replace(/[\s_-]*(?:\d+|[ivx]+)$/, '');

/** The number that a name ends with. */
export const numberIn = (name: string): number => Number(/\d+$/.exec(name)?.[0]);

export function areWithoutGaps(numbers: readonly number[]): boolean {
  return numbers.every((number, i) => number === (numbers[0] ?? 0) + i);
}

/**
 * Names that do not go with the others: without a number where others have the same word with numbers, with numbers written another
 * way or that leave one out, or almost like another.
 *
 * @param counts Of the names as `classKey` makes them, which are in their natural order.
 */
export function oddClasses(counts: ClassCounts): string[] {
  const names = [...counts.keys()];
  const family = (name: string): string[] => names.filter((one) => stemOf(one) === stemOf(name));
  const largest = names.map(family).sort((a, b) => b.length - a.length)[0] ?? [];
  if (largest.length <= 1) {
    return names.filter((name) => names.some((other) => other !== name && mayBeOne(name, other, counts)));
  }
  // 3 and III are one class, or two: nobody can say it.
  const inWays = [/\d$/, /\D$/].map((way) => largest.filter((name) => way.test(name)));
  const [fewer = []] = inWays.sort((a, b) => a.length - b.length);
  const odd = names.filter((name) => !largest.includes(name) || fewer.includes(name));
  return odd.length > 0 ? odd : besideGaps(names, counts);
}

/** A bare number that leaves others out, as 9 beside 0 and 1, may stand for a missing value; `G4` beside `G2` only if it is rare. */
function besideGaps(names: readonly string[], counts: ClassCounts): string[] {
  const numbers = names.map(numberIn).sort((a, b) => a - b);
  if (!numbers.every(Number.isInteger) || areWithoutGaps(numbers)) return [];
  if (names.every((name) => stemOf(name) === '')) return [...names];
  const sizes = names.map((name) => [...(counts.get(name)?.values() ?? [])].reduce((sum, n) => sum + n, 0));
  return names.filter((_, i) => (sizes[i] ?? 0) < RARE * Math.max(...sizes));
}

/** Whether two names may be one class, of which one is misspelt. */
function mayBeOne(a: string, b: string, counts: ClassCounts): boolean {
  if (unbroken(a) === unbroken(b)) return true;
  return areAlmostAlike(a, b) && !areOpposed(a, b) && !areBothFrequent(a, b, counts);
}

/** Without what people put between words: `low-grade`, `low grade` and `lowgrade`. */
const unbroken = (name: string): string => name.replace(/\s+|(?<=\p{L})[-_.](?=\s*[\p{L}\p{N}])/gu, '');

/** One edit of 5 letters, two of 8; letters that changed places are one. */
function areAlmostAlike(a: string, b: string): boolean {
  const longer = Math.max(a.length, b.length);
  const isSwap = [...a].sort().join('') === [...b].sort().join('');
  return editDistance(a, b) <= (longer >= (isSwap ? 5 : 8) ? 2 : longer >= 5 ? 1 : 0);
}

function areBothFrequent(a: string, b: string, counts: ClassCounts): boolean {
  const [ofA, ofB] = [counts.get(a), counts.get(b)];
  return [...(ofA ?? [])].some(([hospital, n]) => {
    const [rarer = 0, other = 0] = [n, ofB?.get(hospital) ?? 0].sort((x, y) => x - y);
    return rarer >= FREQUENT && rarer >= RARE * other;
  });
}

/** Parts of words of which one in place of another makes another class, however alike the names are. */
const OPPOSITES: readonly (readonly string[])[] = [
  ['hyper', 'hypo', 'iso', 'normo'],
  ['intra', 'inter', 'extra'],
  ['macro', 'micro'],
  ['endo', 'exo'],
  ['uni', 'bi', 'multi'],
  ['pre', 'peri', 'post'],
  ['increase', 'decrease'],
  ['有', '无', '未', '非', '不', ''],
  ['高', '中', '低'],
  ['上', '中', '下'],
  ['早', '中', '晚'],
  ['轻', '中', '重'],
  ['强', '中', '弱'],
  ['大', '中', '小'],
  ['一', '二', '三', '四', '五'],
  ['甲', '乙', '丙', '丁'],
  ...['阳阴', '左右', '良恶', '前后', '内外', '深浅', '单多', '男女', '升降', '增减'].map((two) => [...two]),
];

/** Whether a digit, a sign, a single letter or an opposite is what two names differ by: `T1a` and `T1b`, `HPV+` and `HPV-`. */
function areOpposed(a: string, b: string): boolean {
  const [ofA, ofB] = [partsOf(a), partsOf(b)];
  const [shorter, longer] = ofA.length < ofB.length ? [ofA, ofB] : [ofB, ofA];
  const more = longer.slice(shorter.length);
  return (
    haveOpposites(a, b) ||
    haveOpposites(b, a) ||
    (more.every((part) => SIGN.test(part)) &&
      shorter.every((part, i) => part === longer[i] || areOpposedParts(part, longer[i] ?? '')))
  );
}

function haveOpposites(from: string, to: string): boolean {
  return OPPOSITES.some((group) =>
    group.some((word) => word !== '' && group.some((other) => from.split(word).join(other) === to)),
  );
}

const SIGN = /^[^\p{L}\p{N}]$/u;
const KINDS = [/^\p{N}+$/u, /^\p{L}$/u, /^[ivx]+[a-d]?$/, SIGN];

/** Words of Chinese, words of others, numbers, and every sign. */
function partsOf(name: string): string[] {
  return name.match(/\p{Script=Han}+|(?:(?!\p{Script=Han})\p{L})+|\p{N}+|[^\p{L}\p{N}\s]/gu) ?? [];
}

/** `typical` and `atypical` differ by a negation. */
function areOpposedParts(a: string, b: string): boolean {
  return a.endsWith(b) || b.endsWith(a) || KINDS.some((kind) => kind.test(a) && kind.test(b));
}
