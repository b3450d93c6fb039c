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

/**
 * Names a file by the first pattern that fits its path.
 *
 * @param name Path below the folder, with slashes.
 * @returns null where none does, and `out` where the pattern leaves files out.
 */
export function namedFile(name: string, patterns: readonly string[]): NamedFile | 'out' | null {
  for (const pattern of patterns) {
    const found = new RegExp(pattern, 'i').exec(name)?.groups ?? {};
    if (found.leave_out !== undefined) return 'out';
    const { patient, hospital, label, series = '' } = found;
    if (patient === undefined) continue;
    // Many tools begin the name of a file with that of its folder.
    const rest = series.startsWith(patient) ? series.slice(patient.length) : series;
    return {
      patient,
      hospital: hospital ?? null,
      label: label ?? null,
      series: rest.replace(/^[_-]+/, '').replaceAll('_', ' '),
    };
  }
  return null;
}
