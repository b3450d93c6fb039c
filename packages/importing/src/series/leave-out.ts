import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';

/** SOP classes, without the root `1.2.840.10008.5.1.4.1.1.`, that hold no slices (PS3.4, B.5). */
const NO_SLICES: readonly [pattern: RegExp, reason: string][] = [
  [/^7(\.|$)/, 'a secondary capture: a picture of a screen or a scanned page'],
  [/^88\./, 'a report, or the key images of one'],
  [/^11\./, 'a presentation state: how images are shown'],
  [/^66\.4$/, 'a segmentation'],
  [/^66/, 'raw data'],
  [/^30$/, 'a parametric map'],
  [/^481\.3$/, 'contours (RTSTRUCT)'],
  [/^481\./, 'a plan or dose of radiotherapy'],
  [/^9\./, 'a waveform'],
  [/^104\./, 'a document'],
  [/^77\.1\.6$/, 'a whole-slide image'],
];

/** Words of Image Type that say what an image is not: a slice. */
const NO_SLICE_TYPES: readonly [pattern: RegExp, reason: string][] = [
  [/\\(LOCALIZER|SCOUT|TOPOGRAM)\b/i, 'a localizer'],
  [/REF_?SURVIEW|SCREEN ?SAVE|\\DOSE|\\PROTOCOL|REPORT/i, 'a summary or dose page'],
  [/\\(PROJECTION IMAGE|MIP|MINIP|VRT|SSD|VOLUME_?RENDER\w*)(\\|$)/i, 'computed from a whole volume'],
  [/\\MOSAIC\b/i, 'a mosaic of slices, which is not taken apart'],
];

const SOP_ROOT = '1.2.840.10008.5.1.4.1.1.';

/** Why a file holds no slice for a study; null when it may hold one. */
export function reasonToLeaveOut(dataset: Dataset): string | null {
  if (dataset.elements.has(TAG.directory)) return 'a DICOMDIR: the files below are read, not their directory';
  const sopClass = dataset.text(TAG.sopClass);
  const kind = sopClass.startsWith(SOP_ROOT) ? sopClass.slice(SOP_ROOT.length) : '';
  const [, ofClass] = NO_SLICES.find(([pattern]) => pattern.test(kind)) ?? [];
  if (ofClass !== undefined) return ofClass;
  if (!dataset.has(TAG.rows) || !dataset.has(TAG.columns)) return 'no image';
  const imageType = dataset.text(TAG.imageType);
  const [, ofType] = NO_SLICE_TYPES.find(([pattern]) => pattern.test(imageType)) ?? [];
  if (ofType !== undefined) return ofType;
  const missing = [
    ['PatientID', TAG.patientId],
    ['SeriesInstanceUID', TAG.seriesUid],
    ['SOPInstanceUID', TAG.sopInstance],
    ['Modality', TAG.modality],
  ] as const;
  const [name] = missing.find(([, tag]) => !dataset.has(tag)) ?? [];
  return name === undefined ? null : `${name} is missing: nobody can say where it belongs`;
}
