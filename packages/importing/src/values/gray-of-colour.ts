import type { Dataset } from '../dicom/dataset.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import type { PixelFormat } from '../pixels/format.ts';
import type { StoredFrame } from '../pixels/samples.ts';
import { tableEntries, type Values } from './rescale.ts';

/** Brightness of a colour (ITU-R BT.601). */
const luma = (red: number, green: number, blue: number): number => 0.299 * red + 0.587 * green + 0.114 * blue;

/** Gray values from 0 to 255 of an image in colour or with a palette. @throws FileFault for a model that is not read. */
export function grayOfColour(frame: StoredFrame, format: PixelFormat, dataset: Dataset): Values {
  if (format.photometric === 'PALETTE COLOR') return grayOfPalette(frame, dataset);
  const { pixels } = frame;
  const scale = 255 / (2 ** format.bitsStored - 1);
  const values = new Float32Array(frame.width * frame.height);
  // Decoders give RGB; without compression the first of YBR is the brightness already.
  const isYbr =
    format.photometric.startsWith('YBR_FULL') && dataset.elements.get(TAG.pixels)?.fragments === undefined;
  if (!isYbr && !/^(RGB|YBR_(FULL|FULL_422|RCT|ICT))$/.test(format.photometric)) {
    throw new FileFault(`${format.photometric} is not read`);
  }
  for (let i = 0; i < values.length; i++) {
    const [red, green, blue] = [pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]] as [
      number,
      number,
      number,
    ];
    values[i] = scale * (isYbr ? red : luma(red, green, blue));
  }
  return values;
}

function grayOfPalette({ pixels, width, height }: StoredFrame, dataset: Dataset): Values {
  const [declared = 0, first = 0, bits = 16] = dataset.shorts(TAG.redDescriptor);
  if (!dataset.has(TAG.redTable)) throw new FileFault('a palette in segments is not read');
  const count = declared === 0 ? 65_536 : declared;
  const colours = [TAG.redTable, TAG.greenTable, TAG.blueTable].map((tag) =>
    tableEntries(dataset, tag, count, bits),
  );
  const [red = [], green = [], blue = []] = colours;
  const scale =
    255 / Math.max(255, ...[red, green, blue].map((all) => all.reduce((a, b) => Math.max(a, b), 0)));
  const grays = red.map((one, i) => scale * luma(one, green[i] ?? 0, blue[i] ?? 0));
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++) {
    values[i] = grays[Math.min(count - 1, Math.max(0, (pixels[i] as number) - first))] ?? 0;
  }
  return values;
}
