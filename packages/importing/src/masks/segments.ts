import type { DicomFile } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import { pixelFormat } from '../pixels/format.ts';
import { decodeFrame } from '../pixels/frames.ts';
import { framesOf } from '../series/frames.ts';
import { chosenNames } from './names.ts';
import type { MaskFrame } from './place.ts';

/** Slices of the segments of a DICOM SEG that are called so (PS3.3, A.51). @throws FileFault when it cannot be read, or names are unclear. */
export function segmentFrames(file: DicomFile, name: string | null): MaskFrame[] {
  const { dataset } = file;
  const segments = dataset.items(TAG.segments).map((one) => ({
    number: one.short(TAG.segmentNumber) ?? 0,
    name: one.text(TAG.segmentLabel),
  }));
  const wanted = new Set(chosenNames(segments, name, 'segments').map(({ number }) => number));
  const format = pixelFormat(dataset);
  const kind = dataset.text(TAG.segmentationType);
  if (!['BINARY', 'FRACTIONAL', 'LABELMAP'].includes(kind))
    throw new FileFault(`a segmentation of the type '${kind}' is not read`);
  // What is in the lesion to one half and more is in it.
  const least = kind === 'FRACTIONAL' ? (dataset.short(TAG.mostFractional) ?? 255) / 2 : 1;
  const groups = dataset.items(TAG.frameGroups);
  const [shared] = dataset.items(TAG.sharedGroups);
  return framesOf(dataset).flatMap((frame): MaskFrame[] => {
    const of = [groups[frame.index], shared].flatMap(
      (group) => group?.items(TAG.segmentIdentification) ?? [],
    )[0];
    if (kind !== 'LABELMAP' && !wanted.has(of?.short(TAG.referencedSegment) ?? -1)) return [];
    const read = (): Uint8Array =>
      Uint8Array.from(decodeFrame(file, format, frame.index).pixels, (value) =>
        (kind === 'LABELMAP' ? wanted.has(value) : value >= least) ? 1 : 0,
      );
    return [{ frame, rows: format.rows, columns: format.columns, read }];
  });
}
