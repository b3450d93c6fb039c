import type { LackingPatient } from './patients.ts';
import type { FoundCohort, FoundSlice } from './walk.ts';

/** How many names a warning shows. */
const SHOWN = 5;

/**
 * What lies under the root but is not used, with the likely reason: folders whose names have no place in the layout, images
 * of other formats, masks. And what is used although its name says that it may be a mask.
 */
export function unusedFiles(found: FoundCohort, twoValued: readonly FoundSlice[]): string[] {
  const folders = found.unread
    .filter(({ folder, holds }) => folder !== null || holds.length > 0)
    .map(({ hospital, folder, holds }) =>
      folder === null
        ? `${hospital} was not read, because no folder in it is called grade0, grade1, …; folders found there: ${quoted(holds)}`
        : `${hospital}: folder '${named(folder)}' was not read, because it is not called grade0, grade1, …; it holds ${count(holds.length, 'folder')}`,
    );
  const foreign = [...found.foreign].map(([hospital, counts]) => {
    const kinds = [...counts].map(([extension, n]) => `${extension}: ${n}`).join(', ');
    const mend = [...counts.keys()].some((extension) => MAY_BE_DICOM.test(extension)) ? BY_IMPORT : '';
    return `${hospital}: files that are not PNG were not read (${kinds})${mend}`;
  });
  return [
    ...folders,
    ...foreign,
    ...maskWarnings(found.masks, NAMED, '; rename them if they are slices'),
    ...maskWarnings(twoValued, TWO_VALUES),
    ...maskWarnings(found.doubtful, DOUBTFUL, '; remove them if they are masks'),
  ];
}

const MAY_BE_DICOM = /^(\.(dcm|dicom|ima)|without an extension)$/;
const BY_IMPORT = '; radweave import reads DICOM files';

const NAMED = 'are called like masks or labels and are left out';
const TWO_VALUES = 'have two gray values only, as masks do, and are left out';
const DOUBTFUL =
  'are called like outlines of a lesion, without a slice that they belong to, and are used as slices';

function maskWarnings(masks: readonly FoundSlice[], what: string, hint = ''): string[] {
  return [...groupBy(masks, ({ hospital, modality }) => `${hospital}, ${modality}`)].map(
    ([place, own]) =>
      `${place}: ${own.length} of the images ${what} (${listed(own.map(({ file }) => file))})${hint}`,
  );
}

/** Hospitals that lose patients because modalities are missing, with what is there in their place. */
export function lostPatients(
  found: FoundCohort,
  lacking: readonly LackingPatient[],
  modalities: readonly string[],
): string[] {
  const groups = groupBy(lacking, ({ hospital, missing }) => JSON.stringify([hospital, missing]));
  return [...groups].map(([key, own]) => {
    const [hospital, missing] = JSON.parse(key) as [string, string[]];
    const names = new Set(own.map(({ patient }) => patient));
    const theirs = found.patients.filter((one) => one.hospital === hospital);
    const folders = theirs
      .filter(({ patient }) => names.has(patient))
      .map((one) => one.folders.map((name) => name.normalize('NFC')));
    const there = [...new Set(folders.flat())].sort();
    const others = there.filter((name) => !modalities.includes(name));
    const all = others.filter((name) => folders.every((own) => own.includes(name)));
    const some = others.filter((name) => !all.includes(name));
    const empty = there.filter((name) => missing.includes(name));
    const shown = [
      ...(all.length > 0 ? [`; folders found there: ${quoted(all)}`] : []),
      ...(some.length > 0 ? [`; folders that some of them have: ${quoted(some)}`] : []),
      ...(empty.length > 0 ? [`; without usable slices: ${quoted(empty)}`] : []),
    ];
    const labels = [...groupBy(own, ({ label }) => label)].sort(([a], [b]) => a - b);
    const byLabel = labels.map(([label, ones]) => `grade${label}: ${ones.length}`).join(', ');
    const total = new Set(theirs.map(({ patient }) => patient)).size;
    const reason = shown.length > 0 ? shown.join('') : '; no folder of another name is there';
    const lack = own.length === 1 ? 'lacks' : 'lack';
    const are = own.length === 1 ? 'is' : 'are';
    return `${hospital}: ${own.length} of ${count(total, 'patient')} ${lack} ${missing.join(', ')} and ${are} left out (${byLabel})${reason}`;
  });
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Names in quotes, which show a space at the end. */
function quoted(names: readonly string[]): string {
  return listed(names.map((name) => `'${name}'`));
}

/** Semicolons separate remarks in reports: a name must not hold one. */
const named = (name: string): string => name.replaceAll(';', ',');

/** The first names, and whether there are more. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map(named);
  return `${shown.join(', ')}${names.length > SHOWN ? ', …' : ''}`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
