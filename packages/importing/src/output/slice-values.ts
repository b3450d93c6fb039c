import type { Scratch } from '@radweave/imaging';
import type { Dataset } from '../dicom/dataset.ts';
import { type DicomFile, openWhole } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import { readStart } from '../files/start.ts';
import { type Cuts, cutsOf } from '../nifti/cuts.ts';
import { type NiftiFile, openNifti, sliceOf } from '../nifti/open.ts';
import { grayOf } from '../pictures/gray.ts';
import { openPages } from '../pictures/open.ts';
import type { Page } from '../pictures/page.ts';
import { pixelFormat } from '../pixels/format.ts';
import { decodeFrame } from '../pixels/frames.ts';
import type { Samples } from '../pixels/samples.ts';
import type { Image, Source } from '../series/image.ts';
import type { Slice } from '../series/stack.ts';
import { grayOfColour } from '../values/gray-of-colour.ts';
import { blankPadding } from '../values/padding.ts';
import { rescaled, type Values } from '../values/rescale.ts';
import { suvFactor } from '../values/suv.ts';

/** A decoded slice, and what its samples are in the unit of its modality. */
export interface SliceValues {
  readonly slice: Slice;
  /** Row by row, as they are stored. */
  readonly samples: Samples;
  /** Values of such samples: these, or any others of their type. Padding is NaN. */
  readonly valuesOf: (samples: Samples) => Values;
  /** Slices with one key make values of samples alike; null where nobody knows it. */
  readonly key: string | null;
  readonly photometric: string;
  readonly syntax: string;
  /** HU, SUV, or what else the values are. */
  readonly unit: string;
}

/** What values of NIfTI files are taken for where the user says which modality made them. */
const UNITS: Readonly<Record<string, string>> = { CT: 'HU', PT: 'SUV' };

/** Reads slices one after the other; the file of the last one stays open for its other frames. */
export class SliceReader {
  readonly #ofSuv: readonly Image[] | null;
  readonly #memory: Scratch | undefined;
  #path = '';
  #file: DicomFile | undefined;
  #pages: readonly Page[] = [];
  #volume: { file: NiftiFile; cuts: Cuts } | undefined;

  /**
   * @param ofSuv All images of a PET series whose values become SUV; null leaves them as they are.
   * @param memory Where files are read into, for whoever needs the samples of a slice no longer than until the next one.
   */
  constructor(ofSuv: readonly Image[] | null, memory?: Scratch) {
    this.#ofSuv = ofSuv;
    this.#memory = memory;
  }

  /** @throws FileFault when the pixels cannot be decoded, or no SUV be computed where it is asked for. */
  read(slice: Slice): SliceValues {
    try {
      const { source } = slice.image;
      if (source.kind === 'nifti') return this.#cut(slice, source);
      return source.kind === 'picture' ? this.#look(slice) : this.#decode(slice);
    } catch (error) {
      if (error instanceof FileFault) error.path = slice.image.path;
      throw error;
    }
  }

  #cut(slice: Slice, { volume, plane }: Source & { kind: 'nifti' }): SliceValues {
    const { image, frame } = slice;
    if (this.#volume === undefined || this.#path !== image.path) {
      // Two volumes at once would take twice the memory.
      this.#volume = undefined;
      const file = openNifti(image.path);
      this.#volume = { file, cuts: cutsOf(file.header, plane) };
      this.#path = image.path;
    }
    const { file, cuts } = this.#volume;
    const { type, littleEndian } = file.header;
    return {
      slice,
      ...asTheyAre(sliceOf(file, cuts, { volume, index: frame.index })),
      photometric: 'MONOCHROME2',
      syntax: `NIfTI, ${type.name}, ${littleEndian ? 'little' : 'big'} endian`,
      unit: UNITS[image.facts.type] ?? 'as stored',
    };
  }

  #look(slice: Slice): SliceValues {
    const { image, frame } = slice;
    if (this.#path !== image.path) {
      this.#pages = openPages(readStart(image.path).bytes);
      this.#path = image.path;
    }
    const page = this.#pages[frame.index];
    if (page === undefined) throw new FileFault(`page ${frame.index + 1} is missing`);
    const photometric = page.channels === 3 ? 'RGB' : page.isInverted ? 'MONOCHROME1' : 'MONOCHROME2';
    return { slice, ...asTheyAre(grayOf(page).values), photometric, syntax: page.format, unit: 'as stored' };
  }

  #decode(slice: Slice): SliceValues {
    const { image, frame } = slice;
    if (this.#file === undefined || this.#path !== image.path) {
      this.#file = openWhole(image.path, this.#memory);
      this.#path = image.path;
    }
    const { dataset, syntax } = this.#file;
    const format = pixelFormat(dataset);
    const stored = decodeFrame(this.#file, format, frame.index);
    const about = { slice, photometric: format.photometric, syntax: syntax.name };
    if (image.isColour) {
      return { ...about, ...asTheyAre(grayOfColour(stored, format, dataset)), unit: 'brightness' };
    }
    const { type } = image.facts;
    const hasTable = dataset.has(TAG.modalityTable);
    if (!hasTable) requireScale(frame);
    const factor = type === 'PT' && this.#ofSuv !== null ? this.#factor(dataset, this.#ofSuv) : 1;
    const valuesOf = (samples: Samples): Values => {
      const values = blankPadding(rescaled(samples, dataset, frame), samples, dataset);
      return factor === 1 ? values : values.map((value) => value * factor);
    };
    const padding = [TAG.padding, TAG.paddingLimit].map((tag) => dataset.shorts(tag)[0] ?? '');
    const key = hasTable ? null : [frame.slope, frame.intercept, factor, ...padding].join(' ');
    const of = { ...about, samples: stored.pixels, valuesOf, key };
    if (type === 'PT' && this.#ofSuv !== null) return { ...of, unit: 'SUV' };
    if (type !== 'CT') return { ...of, unit: frame.unit === 'US' ? 'as stored' : frame.unit || 'as stored' };
    if (!frame.isRescaled && !hasTable) {
      const missing = frame.unit === null ? 'Intercept' : 'Slope';
      throw new FileFault(`Rescale ${missing} is missing, so nobody can say which value is 0 HU`);
    }
    // Without a type the standard says that it is HU.
    const said = frame.unit ?? '';
    if (said === 'US') {
      throw new FileFault(
        'Rescale Type is US (not specified), so nobody can say that the values are HU; where you know that they are, make the series NIfTI, which import nifti --type CT reads',
      );
    }
    if (said !== '' && !/^(?:HU|Hounsfield)/i.test(said)) {
      throw new FileFault(`Rescale Type says that the values are in ${said}, not in HU`);
    }
    return { ...of, unit: 'HU' };
  }

  #factor(dataset: Dataset, images: readonly Image[]): number {
    return suvFactor(
      dataset,
      images.map(({ acquired }) => acquired),
    );
  }
}

/** Samples that are values already. */
export function asTheyAre(values: Values): Pick<SliceValues, 'samples' | 'valuesOf' | 'key'> {
  return { samples: values, valuesOf: () => values, key: null };
}

/** @throws FileFault where slope or intercept is none: 0 would make all values one, and another number is a guess. */
function requireScale({ slope, intercept }: Slice['frame']): void {
  const name = slope === 0 || Number.isNaN(slope) ? 'Slope' : Number.isNaN(intercept) ? 'Intercept' : null;
  if (name === null) return;
  const what = slope === 0 ? '0' : 'no number';
  throw new FileFault(`Rescale ${name} is ${what}, so nobody can say what the pixels mean`);
}
