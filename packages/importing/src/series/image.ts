import { createHmac } from 'node:crypto';
import type { Dataset } from '../dicom/dataset.ts';
import { openHeader } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import type { CutPlane } from '../nifti/cuts.ts';
import { type Frame, framesOf } from './frames.ts';
import { reasonToLeaveOut } from './leave-out.ts';
import { withoutIdentity } from './without-identity.ts';

/** What the header of a file says, as far as its series is chosen and put in order by it. */
export interface Image {
  readonly path: string;
  readonly source: Source;
  /** Hashes of UIDs: what is written names no examination of an archive. */
  readonly instance: string;
  readonly study: string;
  /** Also of patient and study, as some tools give all series one UID. */
  readonly series: string;
  /** As the hospital calls the patient; written nowhere but into the table of pseudonyms. */
  readonly patientId: string;
  /** As the path of the file says them; null where it does not. */
  readonly hospital: string | null;
  readonly label: string | null;
  readonly birthDate: string;
  /** Where it was made, as the device writes it; it is written nowhere. */
  readonly institution: string;
  readonly acquired: Moment;
  /** When the examination began, as a text that sorts by time; empty where the file does not say it. It is written nowhere. */
  readonly examined: string;
  /** Instance Number; 0 where it is missing. */
  readonly number: number;
  /** Which space positions are in; empty where the file does not say it. It is written nowhere. */
  readonly frameOfReference: string;
  readonly rows: number;
  readonly columns: number;
  readonly isColour: boolean;
  readonly frames: readonly Frame[];
  readonly facts: ImageFacts;
}

/** How pixels are read from a file. */
export type Source =
  | { readonly kind: 'dicom' }
  | { readonly kind: 'nifti'; readonly volume: number; readonly plane: CutPlane }
  /** `isByte`: its gray values are from 0 to 255. */
  | { readonly kind: 'picture'; readonly isByte: boolean };

/** Date and time as a file writes them (DA, TM); empty where it does not. */
export interface Moment {
  readonly date: string;
  readonly time: string;
}

export interface ImageFacts {
  /** Modality of the standard: CT, MR, PT, …. */
  readonly type: string;
  /** Without what it tells of the patient. */
  readonly description: string;
  /** As the file has it, for rules alone: it is written nowhere. Undefined of files that are not DICOM. */
  readonly typed?: string;
  readonly imageType: string;
  readonly contrast: boolean;
  /** Seconds from the beginning of the injection to the image; null where the file does not say it. */
  readonly delay: number | null;
  readonly sequence: string;
  readonly echoTime: number | null;
  readonly repetitionTime: number | null;
  readonly inversionTime: number | null;
  readonly kernel: string;
  readonly thickness: number | null;
  readonly corrected: string;
  /** What is odd about the file, in words; empty where nothing is. */
  readonly odd: string;
}

/** A name for what may be written nowhere: whoever has not the key cannot try which text it stands for. */
export function keyedHash(key: string, texts: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(texts)).digest('hex').slice(0, 16);
}

/**
 * Reads the header of a file.
 *
 * @param key Of the hashes of UIDs: those of one key are the same in every import.
 * @returns the image, or why it is left out.
 * @throws FileFault when the file cannot be read.
 */
export function readImage(path: string, key: string): Image | string {
  const { dataset } = openHeader(path);
  const reason = reasonToLeaveOut(dataset);
  if (reason !== null) return reason;
  const hashed = (...tags: number[]): string =>
    keyedHash(
      key,
      tags.map((tag) => dataset.text(tag)),
    );
  return {
    path,
    source: { kind: 'dicom' },
    instance: hashed(TAG.sopInstance),
    study: hashed(TAG.studyUid),
    series: hashed(TAG.patientId, TAG.studyUid, TAG.seriesUid),
    patientId: dataset.text(TAG.patientId),
    hospital: null,
    label: null,
    birthDate: dataset.text(TAG.birthDate),
    institution: dataset.text(TAG.institution),
    acquired: { date: dataset.text(TAG.acquisitionDate), time: dataset.text(TAG.acquisitionTime) },
    examined: examinedAt(dataset),
    number: dataset.decimal(TAG.instanceNumber) ?? 0,
    frameOfReference: dataset.text(TAG.frameOfReference),
    rows: dataset.short(TAG.rows) ?? 0,
    columns: dataset.short(TAG.columns) ?? 0,
    isColour: !dataset.text(TAG.photometric).startsWith('MONOCHROME'),
    frames: framesOf(dataset),
    facts: factsOf(dataset),
  };
}

function factsOf(dataset: Dataset): ImageFacts {
  const joined = (...tags: number[]): string =>
    tags
      .map((tag) => dataset.text(tag))
      .filter((one) => one !== '')
      .join(' ');
  const typed = joined(TAG.seriesDescription) || joined(TAG.protocolName);
  return {
    type: dataset.text(TAG.modality),
    description: withoutIdentity(typed, dataset),
    typed,
    imageType: dataset.text(TAG.imageType),
    contrast: /^(?!(no|none|n|keine|without)$)./i.test(dataset.text(TAG.contrastAgent)),
    delay: delayOf(dataset),
    sequence: joined(TAG.scanningSequence, TAG.sequenceVariant, TAG.sequenceName),
    echoTime: dataset.decimal(TAG.echoTime) ?? null,
    repetitionTime: dataset.decimal(TAG.repetitionTime) ?? null,
    inversionTime: dataset.decimal(TAG.inversionTime) ?? null,
    kernel: dataset.text(TAG.kernel),
    thickness: dataset.decimal(TAG.thickness) ?? null,
    corrected: dataset.text(TAG.correctedImage),
    odd: burntIn(dataset),
  };
}

function examinedAt(dataset: Dataset): string {
  const dates = [TAG.studyDate, TAG.seriesDate, TAG.acquisitionDate].map((tag) => dataset.text(tag));
  const date = dates.find((one) => /^\d{8}$/.test(one));
  return date === undefined ? '' : `${date} ${dataset.text(TAG.studyTime)}`;
}

function delayOf(dataset: Dataset): number | null {
  const injected = secondsOf(dataset.text(TAG.contrastStart));
  const taken = secondsOf(dataset.text(TAG.acquisitionTime));
  if (injected === null || taken === null) return null;
  const delay = taken - injected;
  return delay < 0 ? delay + 86_400 : delay;
}

/** A time of the standard (TM) as seconds of the day. */
export function secondsOf(time: string): number | null {
  const [, hours, minutes = '0', seconds = '0'] = /^(\d{2}):?(\d{2})?:?(\d{2}(?:\.\d+)?)?/.exec(time) ?? [];
  return hours === undefined ? null : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** Devices that write names into their pictures, unless they say that they did not. */
const WRITERS = ['US', 'ES', 'XC', 'GM', 'OT', 'RF', 'XA', 'SC', 'OP'];

function burntIn(dataset: Dataset): string {
  const said = dataset.text(TAG.burntIn).toUpperCase();
  const type = dataset.text(TAG.modality);
  if (said === 'YES') return 'the file says that text is burnt into the pixels';
  if (said === 'NO' || !WRITERS.includes(type)) return '';
  return `${type} devices (${dataset.text(TAG.manufacturer) || 'unknown maker'}) often burn text into the pixels`;
}
