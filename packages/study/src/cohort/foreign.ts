import { join } from 'node:path';
import { inShell, systemCode } from '@radweave/artifacts';
import { type Dirent, readdirSync } from '@radweave/artifacts/files';
import { type Remark, remark } from '@radweave/remarks';

/** Images that are no PNG, by how they end; a file without an extension is often DICOM. */
const KINDS = [
  { kind: 'dicom', ends: /^[^.]+$|\.(?:dcm|dicom|ima)$/i },
  { kind: 'nifti', ends: /\.(?:nii|nii\.gz)$/i },
  { kind: 'images', ends: /\.(?:jpe?g|tiff?|bmp)$/i },
  { kind: null, ends: /\.(?:nrrd|mha|mhd|jp2|gif|webp|npy|npz)$/i },
] as const;

/** What was found in place of slices. */
export interface ForeignImages {
  /** How many, by extension. */
  counts: Map<string, number>;
  /** The first folder with one. */
  folder: string;
}

/** How a file that looks like an image of another format ends; null for every other file. */
export function foreignEnding(file: string): string | null {
  if (!KINDS.some(({ ends }) => ends.test(file))) return null;
  return /\.(?:nii\.gz|[^.]+)$/i.exec(file)?.[0].toLowerCase() ?? 'without an extension';
}

export function addForeign(counts: Map<string, number>, ending: string, n = 1): void {
  counts.set(ending, (counts.get(ending) ?? 0) + n);
}

/** `.dcm: 28`, the most frequent first. */
export function countsOf(counts: ReadonlyMap<string, number>): Remark[] {
  return [...counts].sort(([, a], [, b]) => b - a).map(([what, n]) => remark('data-count', { what, n }));
}

export function textOf(counts: ReadonlyMap<string, number>): string {
  return countsOf(counts)
    .map(({ text }) => text)
    .join(', ');
}

/** What imports files that end so, such as `dicom` of `radweave import dicom`. */
export function importsOf(endings: Iterable<string>): ('dicom' | 'nifti' | 'images')[] {
  const names = [...endings].map((ending) => (ending.startsWith('.') ? `x${ending}` : 'x'));
  return KINDS.flatMap(({ kind, ends }) =>
    kind !== null && names.some((name) => ends.test(name)) ? [kind] : [],
  );
}

/** How to bring such files into the layout; undefined where nothing imports them. */
export function importAdvice(endings: Iterable<string>, folder: string): string | undefined {
  const kinds = importsOf(endings);
  if (kinds.length === 0) return undefined;
  const commands = kinds.map((kind) => `radweave import ${kind} ${inShell(folder)}`);
  return `Slices are PNG files in folders of patients and modalities; to make them, run ${commands.join(', or ')}`;
}

/** Entries after which a look around ends. */
const MOST = 20_000;

/** The images of other formats anywhere below a folder, of the first so many entries. Links are not followed. */
export function foreignBelow(root: string): Map<string, number> {
  const counts = new Map<string, number>();
  const folders = [root];
  let seen = 0;
  for (let at = 0; at < folders.length && seen < MOST; at++) {
    for (const entry of entriesOf(folders[at] ?? '')) {
      seen++;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) folders.push(join(folders[at] ?? '', entry.name));
      const ending = entry.isFile() ? foreignEnding(entry.name) : null;
      if (ending !== null) addForeign(counts, ending);
    }
  }
  return counts;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['EACCES', 'EPERM', 'ENOENT'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
