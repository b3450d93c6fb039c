import { isImageFolder } from '@radweave/imaging';
import type { ImageFacts } from './image.ts';

/** Whose a file is, and what it shows, as its path says it. */
export interface NamedFile {
  readonly patient: string;
  readonly hospital: string | null;
  readonly label: string | null;
  /** What tells the series of the patient apart, with spaces for `_`. */
  readonly series: string;
}

/** What files other than DICOM do not say. */
export const NO_FACTS: ImageFacts = {
  type: '',
  description: '',
  imageType: '',
  contrast: false,
  delay: null,
  sequence: '',
  echoTime: null,
  repetitionTime: null,
  inversionTime: null,
  kernel: '',
  thickness: null,
  corrected: '',
  odd: '',
};

/** Data as Radweave reads them, BIDS, nnU-Net, a folder for each patient, and flat folders. */
export const FIRST_FILES: readonly string[] = [
  '^(?<hospital>[^/]+)/(fold\\d+/)?grade(?<label>\\d+)/(?<patient>[^/]+)/(?<series>[^/.]+)[^/]*(/[^/]+)?$',
  '(^|/)sub-(?<patient>[^/_]+)_(?<series>[^/]+)\\.nii(\\.gz)?$',
  '(^|/)(?<patient>[^/]+)_(?<series>\\d{4})\\.nii(\\.gz)?$',
  '(^|/)(?<patient>[^/]+)/(?<series>[^/]+)\\.nii(\\.gz)?$',
  '^(?<patient>[^/]+)_(?<series>[^/_]+)\\.nii(\\.gz)?$',
  '(^|/)(?<patient>[^/]+)/(?<series>[^/]+)/[^/]+\\.(png|jpe?g|bmp|tiff?)$',
  '^(?<patient>[^/]+)_(?<series>[^/_]+)_\\d+\\.(png|jpe?g|bmp|tiff?)$',
];

const ENDING = /\.(nii(\.gz)?|png|jpe?g|bmp|tiff?)$/i;

/** How paths are read. */
export interface PathNaming {
  readonly patterns: readonly string[];
  /** Names of hospitals that are no patient's: folders may be called so. */
  readonly hospitals: ReadonlySet<string>;
  /** IDs of the table. */
  readonly patients: ReadonlySet<string>;
}

/**
 * Names a file by the first pattern that fits its path. A folder of images (`imagesTr`) or of a hospital names nobody: the patterns that
 * `mapping.yaml` comes with then read the path without it. They also yield where the table has the whole name of the file as an ID, and not
 * the one that they read. Slices and volumes are numbered too: a number is no ID below a folder that may be a patient's, who may have
 * been taken out of the table, nor is a name below two folders that are patient and series.
 *
 * @param name Path below the folder, with slashes.
 * @returns null where none does, and `out` where the pattern leaves files out.
 */
export function namedFile(
  name: string,
  { patterns, hospitals, patients }: PathNaming,
): NamedFile | 'out' | null {
  const isNobody = (folder: string): boolean =>
    isImageFolder(folder) || hospitals.has(folder.normalize('NFC'));
  const first = patterns.filter((pattern) => FIRST_FILES.includes(pattern));
  const own = patterns.filter((pattern) => !FIRST_FILES.includes(pattern));
  const found = byPatterns(name, patterns);
  if (found === 'out') return found;
  const byOwn = byPatterns(name, own);
  if (byOwn !== null) return found === null || isNobody(found.patient) ? byOwn : found;
  const folders = name.split('/');
  const file = folders.pop() ?? '';
  const people = folders.filter((folder) => !isNobody(folder));
  const isWhole = found !== null && !isNobody(found.patient) && !isNobody(found.series);
  const less = [...people, file].join('/');
  const named = isWhole ? found : (byPatterns(less, first) ?? found);
  if (named === 'out') return named;
  if (named !== null && patients.has(named.patient)) return named;
  const patient = file.replace(ENDING, '');
  const mayBeId = people.length === 0 || (!/^\d+$/.test(patient) && !isOfFolders(less, first));
  if (first.length > 0 && mayBeId && patients.has(patient))
    return { patient, hospital: null, label: null, series: '' };
  return named === null || isNobody(named.patient) ? null : named;
}

function byPatterns(name: string, patterns: readonly string[]): NamedFile | 'out' | null {
  const found = matchOf(name, patterns)?.groups;
  if (found?.leave_out !== undefined) return 'out';
  const { patient, hospital, label, series = '' } = found ?? {};
  if (patient === undefined) return null;
  // Many tools begin the name of a file with that of its folder.
  const rest = series.startsWith(patient) ? series.slice(patient.length) : series;
  return {
    patient,
    hospital: hospital ?? null,
    label: label ?? null,
    series: rest.replace(/^[_-]+/, '').replaceAll('_', ' '),
  };
}

/** Whether patient and series are folders: the file itself is a slice of many. */
function isOfFolders(name: string, patterns: readonly string[]): boolean {
  const { patient, series } = matchOf(name, patterns)?.indices?.groups ?? {};
  return [patient, series].every((place) => place !== undefined && place[1] <= name.lastIndexOf('/'));
}

function matchOf(name: string, patterns: readonly string[]): RegExpExecArray | null {
  for (const pattern of patterns) {
    const found = new RegExp(pattern, 'di').exec(name);
    if (found?.groups?.leave_out !== undefined || found?.groups?.patient !== undefined) return found;
  }
  return null;
}
