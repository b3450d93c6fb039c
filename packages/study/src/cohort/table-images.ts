import { basename, dirname, relative, resolve, sep } from 'node:path';
import type { CohortTable, TableIssue, TableRow } from '@radweave/artifacts';
import { statSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import { type FoundCohort, type FoundSlice, personKey } from './found.ts';
import { issueOf } from './table-people.ts';
import { namesOf, Walk } from './walk.ts';

/**
 * Finds the images where the table says that they are: `image` is the folder of a patient, with a folder for each modality or,
 * where one modality is asked for or the row names one, with its PNG files; or it is one such file.
 *
 * @param root what relative places are below, and where all must lie.
 */
export function walkListed(
  table: CohortTable,
  root: string,
  modalities: readonly string[],
): { found: FoundCohort; issues: TableIssue[] } {
  const walk = new Walk(modalities, null, new Set());
  const issues: TableIssue[] = [];
  const folders = new Map<string, Set<string>>();
  const hospitals = new Set<string>();
  for (const row of table.rows) {
    const who = { patient: table.cell(row, 'patient'), hospital: table.cell(row, 'hospital') };
    const image = table.cell(row, 'image');
    if (who.patient === '' || image === '') continue;
    hospitals.add(who.hospital);
    const place = resolve(root, image);
    const key = personKey(who.hospital, who.patient);
    const own = folders.get(key) ?? new Set();
    if (own.has(place)) continue;
    folders.set(key, own.add(place));
    const before = walk.found.slices.length;
    if (isBelow(root, place))
      readPlace(walk, place, who, modalityOf(table, row, place, modalities), modalities);
    const added = walk.found.slices.slice(before);
    if (added.length === 0) {
      issues.push(
        issueOf(
          { id: who.patient, hospital: who.hospital, rows: [row] },
          remark('table-no-images', { place }),
        ),
      );
    }
    // Visits have files of the same names, and often folders too.
    if (own.size > 1)
      for (const slice of added)
        slice.file = `${relative(root, dirname(slice.path)).split(sep).join('/')}/${slice.file}`;
  }
  const misplaced = walk.found.misplaced.map((path) => relative(root, path));
  return { found: { ...walk.found, hospitals: [...hospitals], misplaced }, issues };
}

type Who = Pick<FoundSlice, 'patient' | 'hospital'>;

function readPlace(
  walk: Walk,
  place: string,
  who: Who,
  modality: string | undefined,
  modalities: readonly string[],
): void {
  const at = { ...who, label: -1, folder: null };
  const kind = statSync(place, { throwIfNoEntry: false });
  if (kind?.isDirectory() === true) {
    const folders = namesOf(place);
    if (folders.some((name) => modalities.includes(name.normalize('NFC')))) walk.patient(place, at);
    else if (modality !== undefined) {
      walk.found.patients.push({ ...at, folders });
      walk.slices(place, modality, at);
    }
  } else if (kind?.isFile() === true && /\.png$/i.test(place) && modality !== undefined) {
    walk.found.patients.push({ ...at, folders: [] });
    walk.found.slices.push({
      ...who,
      label: -1,
      path: place,
      file: basename(place).normalize('NFC'),
      modality,
    });
  }
}

/** The modality that a row is of, where it does not have folders for several. */
function modalityOf(
  table: CohortTable,
  row: TableRow,
  place: string,
  modalities: readonly string[],
): string | undefined {
  const said = table.cell(row, 'modality') || basename(dirname(place)).normalize('NFC');
  return modalities.find((one) => one === said) ?? (modalities.length === 1 ? modalities[0] : undefined);
}

function isBelow(root: string, place: string): boolean {
  const path = relative(resolve(root), place);
  return !/^\.\.(?:[\\/]|$)/.test(path) && resolve(root, path) === place;
}
