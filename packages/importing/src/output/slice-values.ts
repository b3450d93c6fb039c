import { type DicomFile, openWhole } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { type PixelFormat, pixelFormat } from '../pixels/format.ts';
import { decodeFrame } from '../pixels/frames.ts';
import type { Slice } from '../series/stack.ts';
import { grayOfColour } from '../values/gray-of-colour.ts';
import { rescaled, type Values } from '../values/rescale.ts';
import { suvFactor } from '../values/suv.ts';

/** A decoded slice, in the unit of its modality. */
export interface SliceValues {
  readonly slice: Slice;
  readonly values: Values;
  readonly format: PixelFormat;
  readonly syntax: string;
  /** HU, SUV, or what else the values are. */
  readonly unit: string;
}

/** Reads slices one after the other; the file of the last one stays open for its other frames. */
export class SliceReader {
  readonly #usesSuv: boolean;
  #path = '';
  #file: DicomFile | undefined;

  constructor(usesSuv: boolean) {
    this.#usesSuv = usesSuv;
  }

  /** @throws DicomFault when the pixels cannot be decoded, or no SUV be computed where it is asked for. */
  read(slice: Slice): SliceValues {
    const { image, frame } = slice;
    if (this.#file === undefined || this.#path !== image.path) {
      this.#file = openWhole(image.path);
      this.#path = image.path;
    }
    const { dataset, syntax } = this.#file;
    const format = pixelFormat(dataset);
    const stored = decodeFrame(this.#file, format, frame.index);
    const about = { slice, format, syntax: syntax.name };
    if (image.isColour)
      return { ...about, values: grayOfColour(stored, format, dataset), unit: 'brightness' };
    const values = rescaled(stored.pixels, dataset, frame);
    const { type } = image.facts;
    if (type === 'PT' && this.#usesSuv) {
      const factor = suvFactor(dataset);
      return { ...about, values: values.map((value) => value * factor), unit: 'SUV' };
    }
    return { ...about, values, unit: type === 'CT' ? 'HU' : unitOf(dataset.text(TAG.rescaleType)) };
  }
}

/** Rescale Type; US says that it is not specified. */
function unitOf(said: string): string {
  return said === '' || said === 'US' ? 'as stored' : said;
}
