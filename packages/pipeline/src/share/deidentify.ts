import { dirname, join } from 'node:path';
import { writeFileAtomic } from '@radweave/artifacts';
import { mkdirSync, readFileSync } from '@radweave/artifacts/files';
import { WORDS } from '@radweave/report/words';
import type { Found, Identifiers } from './identifiers.ts';
import { type Looked, toldBy } from './look.ts';

/** A picture within a page, with what it shows in words. */
const PICTURE = /<img src="data:[^"]*" alt="([^"]*)">/g;

/**
 * Writes a file below another folder without what tells who or where: patients under their pseudonyms, places by their last name.
 *
 * @returns false for one that cannot be written so: a picture that may show the ID, words within an archive, a key, a plan for workers.
 */
export function writeWithout(
  looked: Looked,
  to: string,
  names: ReadonlyMap<string, string>,
  identifiers: Identifiers,
): boolean {
  const { name, path, readable, inName, inText } = looked;
  const told = toldBy(looked);
  if (told.some(({ what }) => what === 'key' || what === 'identity tag' || what === 'plan')) return false;
  const isText = readable.kind === 'text';
  if (!isText && inText.length > 0) return false;
  if (readable.kind === 'picture' && inName.some(({ what }) => what === 'patient')) return false;
  const target = join(to, replaced(name, inName, names));
  mkdirSync(dirname(target), { recursive: true });
  if (!isText || inText.length === 0) writeFileAtomic(target, readFileSync(path));
  else writeFileAtomic(target, textWithout(readable.text, names, identifiers));
  return true;
}

/** The montages of patients show their IDs as pixels. */
function textWithout(text: string, names: ReadonlyMap<string, string>, identifiers: Identifiers): string {
  const isTelling = (words: string): boolean =>
    identifiers.find(words).some(({ what }) => what === 'patient');
  const { pictureTakenOut } =
    Object.values(WORDS).find(({ tag }) => text.includes(`<html lang="${tag}">`)) ?? WORDS.en;
  const pictured = text.replaceAll(PICTURE, (picture, words: string) =>
    isTelling(words) ? `<p>${words}</p><p>${pictureTakenOut}</p>` : picture,
  );
  const placeless = replaced(pictured, identifiers.find(pictured), names);
  // The last name of a path may be a patient's.
  return replaced(placeless, identifiers.find(placeless), names);
}

/** A text with other words in the places that were found. */
function replaced(text: string, found: readonly Found[], names: ReadonlyMap<string, string>): string {
  let end = 0;
  const parts: string[] = [];
  for (const one of found) {
    parts.push(text.slice(end, one.at), standIn(one, names));
    end = one.at + one.text.length;
  }
  return [...parts, text.slice(end)].join('');
}

function standIn({ what, text, patient }: Found, names: ReadonlyMap<string, string>): string {
  if (what === 'patient') return names.get(patient ?? '') ?? 'patient';
  return what === 'path' ? (text.split(/[\\/]/).at(-1) ?? 'place') : what;
}
