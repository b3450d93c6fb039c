import { createHash } from 'node:crypto';
import { hashFile } from '@radweave/artifacts';
import { Scratch } from '@radweave/imaging';
import { and, counted } from '@radweave/remarks';
import { FileFault } from '../files/fault.ts';
import { SliceReader } from '../output/slice-values.ts';
import type { Image, ImageFacts } from '../series/image.ts';
import { grouped, type Stack, stacksOf } from '../series/stack.ts';
import type { ImportedPatient } from './patients.ts';

/** A file that is left out, as another one has its SOPInstanceUID. */
export interface Copy {
  readonly patient: string;
  readonly series: string;
  readonly path: string;
  /** The file that has it. */
  readonly of: string;
  /** Whether its values, place or modality are others: nobody knows which file is right. */
  readonly isRival: boolean;
  /** Elements of the header that say something else, and change nothing of what is written. */
  readonly differs: readonly string[];
  /** Why this one cannot be read; null where it can. */
  readonly fault: string | null;
}

/** Files with one SOPInstanceUID and other values, of another place or modality: only one of them can be right. */
export interface Conflict {
  readonly patient: string;
  readonly series: string;
  readonly paths: readonly string[];
}

/** What is made of images: copies that differ in it contradict each other. */
export interface Meaning {
  /** Whether values of PET become SUV. */
  readonly isSuv: boolean;
  /** The modality that rules name; null for none. */
  readonly modalityOf: (image: Image) => string | null;
}

/**
 * Puts the images of patients in order, each once.
 *
 * @param onSeries Called before the images of a series that is there in several copies are compared; what it throws ends it.
 */
export function stacksOfPatients(
  patients: readonly ImportedPatient[],
  meaning: Meaning,
  onSeries: (done: number, total: number) => void,
): { stacks: { patient: string; stack: Stack }[]; copies: Copy[]; conflicts: Conflict[] } {
  const all = patients.flatMap(({ pseudonym: patient, images }) =>
    grouped(images, ({ series }) => series).map((own) => ({ patient, own })),
  );
  const [copies, conflicts]: [Copy[], Conflict[]] = [[], []];
  const stacks = all.flatMap(({ patient, own }, i) => {
    const groups = imagesTold(own);
    if (groups.length < own.length) onSeries(i, all.length);
    const told = groups.map((files) => settled(files, meaning));
    const series = own[0]?.series ?? '';
    copies.push(...told.flatMap(({ left }) => left.map((one) => ({ patient, series, ...one }))));
    const torn = told.flatMap(({ rivals }) => (rivals.length === 0 ? [] : [rivals]));
    conflicts.push(...torn.map((rivals) => ({ patient, series, paths: rivals.map(({ path }) => path) })));
    const once = told.map(({ image }) => image);
    return stacksOf(once, notesOf(told, torn.length)).map((stack) => ({ patient, stack }));
  });
  return { stacks, copies, conflicts };
}

/** Images by what a file says it is. Some tools give all slices one UID: then the place tells them apart. */
function imagesTold(images: readonly Image[]): Image[][] {
  const byInstance = grouped(images, ({ instance }) => instance);
  const byPlace = byInstance.map((own) => grouped(own, placeOf));
  // Of two places one may be a correction of the other.
  return byPlace.every((places) => places.length > 2) ? byPlace.flat() : byInstance;
}

function placeOf({ frames }: Image): string {
  return JSON.stringify(frames.map(({ position, apart }) => [position, apart]));
}

/** What became of the files of one image. */
interface Settled {
  readonly image: Image;
  readonly left: readonly Omit<Copy, 'patient' | 'series'>[];
  readonly rivals: readonly Image[];
}

/** Takes the first file that can be read. */
function settled(files: readonly Image[], meaning: Meaning): Settled {
  const [first] = files as [Image];
  if (files.length === 1) return { image: first, left: [], rivals: [] };
  // Their instances are hashes of the content; the same bytes need not be decoded to be known as the same.
  const isSame = first.source.kind !== 'dicom' || new Set(files.map(({ path }) => hashFile(path))).size === 1;
  const read = files.map((image) => ({ image, content: isSame ? '' : contentOf(image, meaning) }));
  const whole = read.filter(({ content }) => !(content instanceof FileFault));
  const { image, content: own } = whole[0] ?? { image: first, content: '' };
  const left = read
    .filter((one) => one.image !== image)
    .map(({ image: other, content }) => ({
      path: other.path,
      of: image.path,
      differs: differing(other, image),
      isRival: typeof content === 'string' && content !== own,
      fault: content instanceof FileFault ? content.message : null,
    }));
  const rivals = grouped(whole, ({ content }) => String(content)).map(([one]) => one?.image ?? first);
  return { image, left, rivals: rivals.length > 1 ? rivals : [] };
}

/** Elements by what they are for. */
const ELEMENTS: Readonly<Partial<Record<keyof ImageFacts, string>>> = {
  type: 'Modality',
  description: 'SeriesDescription',
  imageType: 'ImageType',
  contrast: 'ContrastBolusAgent',
  delay: 'the time after the injection',
  sequence: 'the sequence',
  echoTime: 'EchoTime',
  repetitionTime: 'RepetitionTime',
  inversionTime: 'InversionTime',
  kernel: 'ConvolutionKernel',
  thickness: 'SliceThickness',
  corrected: 'CorrectedImage',
};

function differing(a: Image, b: Image): string[] {
  const names = Object.entries(ELEMENTS).flatMap(([key, name]) => {
    const fact = key as keyof ImageFacts;
    return a.facts[fact] === b.facts[fact] ? [] : [name];
  });
  return a.examined === b.examined ? names : [...names, 'the date or time of the examination'];
}

/** A hash of the values and places of an image, and of its modality; why it cannot be read where it cannot. */
function contentOf(image: Image, { isSuv, modalityOf }: Meaning): string | FileFault {
  const { rows, columns, frames } = image;
  const hash = createHash('sha256').update(JSON.stringify(modalityOf(image)));
  const reader = new SliceReader(isSuv ? [image] : null, new Scratch());
  try {
    for (const frame of frames) {
      const { samples, valuesOf, photometric, unit } = reader.read({ image, frame, at: null });
      const { position, directions, spacing } = frame;
      hash.update(JSON.stringify([rows, columns, position, directions, spacing, photometric, unit]));
      hash.update(valuesOf(samples));
    }
  } catch (error) {
    if (error instanceof FileFault) return error;
    throw error;
  }
  return hash.digest('hex');
}

/** What is said of a series, also where nobody may know its patient: without the names of files. */
function notesOf(told: readonly Settled[], conflicts: number): Pick<Stack, 'notes' | 'fault'> {
  const copies = told.flatMap(({ left }) => left.filter(({ isRival }) => !isRival));
  const torn = copies.filter(({ fault }) => fault !== null).length;
  const other = copies.filter(({ fault, differs }) => fault === null && differs.length > 0);
  const names = new Set(other.flatMap(({ differs }) => differs));
  const notes = [
    { n: copies.length - torn - other.length, kind: 'the same image in another file, left out' },
    {
      n: other.length,
      kind: `the same image in another file with another header (${and([...names])}), left out`,
    },
    { n: torn, kind: 'the same image in another file that cannot be read, left out' },
  ];
  return {
    notes: notes.filter(({ n }) => n > 0).map(({ n, kind }) => ({ kind, text: `${n} × ${kind}` })),
    fault:
      conflicts === 0
        ? null
        : `${counted(conflicts, 'SOPInstanceUID')} ${conflicts === 1 ? 'is that' : 'are those'} of several images`,
  };
}
