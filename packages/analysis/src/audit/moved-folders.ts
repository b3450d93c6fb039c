import { basename, dirname, join, relative } from 'node:path';
import { groupBy, parseSlicePath, tailFrom } from '@radweave/artifacts';
import { existsSync, readdirSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import { auditCase, type Found, finding } from './check.ts';
import type { AuditedSlice, AuditSubject } from './subject.ts';

/** Where files of a folder that is gone lie now, and which of the folders above them has another name. */
interface Moved {
  what: 'modality' | 'patient' | 'class' | 'hospital';
  patient: string;
  from: string;
  to: string;
}

/**
 * Folders of slices that are not where the split files say, while a folder beside them, or beside one above them, holds files of
 * the same names that no split file lists: patients who were put into another class or hospital, patients and modalities that were
 * renamed.
 */
export function movedFolders({ slices, config }: AuditSubject): Found[] {
  const listed = new Set(slices.map(({ path }) => path));
  const found = [...groupBy(slices, ({ path }) => dirname(path))].flatMap(([folder, own]) =>
    existsSync(folder) ? [] : (movedTo(folder, own, listed) ?? []),
  );
  // All modalities of a patient move together.
  const moved = [...new Map(found.map((one) => [one.from, one])).values()];
  const cases = (isOfClass: boolean) =>
    moved
      .filter(({ what }) => (what === 'class') === isOfClass)
      .map(({ what, patient, from, to }) =>
        auditCase([patient], `${what}: ${from} is gone, and ${to} has files of the same names`),
      );
  const { splits_dir } = config.data;
  const hint = 'Run radweave preprocess again and everything after it, or move the folders back';
  return [
    ...finding(remark('WARN_LABEL_ON_DISK'), cases(true), splits_dir, hint),
    ...finding(remark('WARN_FOLDERS_MOVED'), cases(false), splits_dir, hint),
  ];
}

function movedTo(
  folder: string,
  own: readonly AuditedSlice[],
  listed: ReadonlySet<string>,
): Moved | undefined {
  const [{ path = '', hospital = '', patient = '' } = {}] = own;
  const tail = parseSlicePath(path)?.tail ?? tailFrom(path, hospital) ?? [];
  const names = own.map((slice) => basename(slice.path));
  // From the modality's folder up to the hospital's: between them and the patient's lie those of class and fold.
  const levels = [
    'modality',
    'patient',
    ...tail.slice(0, -4).map(() => 'class' as const),
    'hospital',
  ] as const;
  let above = folder;
  for (const what of tail.length < 4 ? [] : levels) {
    const below = relative(above, folder);
    const place = dirname(above);
    const to = foldersIn(place)
      .map((name) => join(place, name, below))
      .find((one) => names.every((name) => existsSync(join(one, name)) && !listed.has(join(one, name))));
    if (to !== undefined)
      return what === 'modality'
        ? { what, patient, from: folder, to }
        : { what, patient, from: dirname(folder), to: dirname(to) };
    above = place;
  }
  return undefined;
}

const foldersIn = (place: string): string[] =>
  existsSync(place)
    ? readdirSync(place, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []))
    : [];
