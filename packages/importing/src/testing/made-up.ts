import { deflateRawSync } from 'node:zlib';
import { TAG } from '../dicom/tags.ts';

/** An element to write: its representation and its value; numbers are written as the representation says. */
export type MadeUp = Readonly<Record<number, readonly [vr: string, value: MadeUpValue]>>;
type MadeUpValue = string | number | readonly number[] | Uint8Array | readonly MadeUp[];

/** How to write it. */
export interface Writing {
  explicit?: boolean;
  littleEndian?: boolean;
  deflated?: boolean;
  /** Of the meta header; what is written follows the three above. */
  syntax?: string;
  /** Compressed frames in place of pixels, a piece each. */
  pieces?: readonly Uint8Array[];
}

const LONG = new Set(['OB', 'OW', 'OF', 'SQ', 'UN', 'UT']);
const SIZES: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, FD: 8 };

/** A DICOM file as bytes. */
export function madeUpDicom(elements: MadeUp, how: Writing = {}): Uint8Array {
  const { deflated = false, syntax = syntaxOf(how) } = how;
  const meta = dataset({ [TAG.transferSyntax]: ['UI', syntax] }, { explicit: true, littleEndian: true });
  const body = dataset(elements, { explicit: true, littleEndian: true, ...how });
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    meta,
    deflated ? deflateRawSync(body) : body,
  ]);
}

function syntaxOf({ explicit = true, littleEndian = true, deflated = false }: Writing): string {
  const root = '1.2.840.10008.1.2';
  if (deflated) return `${root}.1.99`;
  if (!littleEndian) return `${root}.2`;
  return explicit ? `${root}.1` : root;
}

function dataset(elements: MadeUp, how: Writing): Buffer {
  const tags = Object.keys(elements)
    .map(Number)
    .sort((a, b) => a - b);
  const written = tags.map((tag) => element(tag, ...(elements[tag] as [string, MadeUpValue]), how));
  return Buffer.concat(how.pieces === undefined ? written : [...written, pieces(how)]);
}

function element(tag: number, vr: string, value: MadeUpValue, how: Writing): Buffer {
  const bytes = valueBytes(vr, value, how);
  return Buffer.concat([head(tag, vr, bytes.length, how), bytes]);
}

function head(tag: number, vr: string, length: number, { explicit, littleEndian }: Writing): Buffer {
  const out = Buffer.alloc(explicit && LONG.has(vr) ? 12 : 8);
  const view = new DataView(out.buffer, out.byteOffset);
  const little = littleEndian !== false;
  view.setUint16(0, tag / 0x10000, little);
  view.setUint16(2, tag % 0x10000, little);
  if (explicit) out.write(vr, 4, 'latin1');
  if (explicit && out.length === 8) view.setUint16(6, length, little);
  else view.setUint32(out.length - 4, length, little);
  return out;
}

function valueBytes(vr: string, value: MadeUpValue, how: Writing): Buffer {
  if (typeof value === 'string') return padded(Buffer.from(value, 'utf8'), vr === 'UI' ? 0 : 32);
  if (value instanceof Uint8Array) return padded(Buffer.from(value), 0);
  if (typeof value === 'number') return numbers(vr, [value], how);
  if (vr === 'SQ') {
    return Buffer.concat(
      (value as readonly MadeUp[]).map((item) => {
        const { pieces: _, ...plain } = how;
        const bytes = dataset(item, plain);
        return Buffer.concat([head(0xfffee000, '', bytes.length, { ...how, explicit: false }), bytes]);
      }),
    );
  }
  return numbers(vr, value as readonly number[], how);
}

function numbers(vr: string, values: readonly number[], { littleEndian = true }: Writing): Buffer {
  const size = SIZES[vr];
  if (size === undefined) return padded(Buffer.from(values.join('\\')), 32);
  const out = Buffer.alloc(size * values.length);
  const view = new DataView(out.buffer, out.byteOffset);
  values.forEach((value, i) => {
    if (vr === 'FD') view.setFloat64(8 * i, value, littleEndian);
    else if (vr === 'UL') view.setUint32(4 * i, value, littleEndian);
    else if (vr === 'SS') view.setInt16(2 * i, value, littleEndian);
    else view.setUint16(2 * i, value, littleEndian);
  });
  return out;
}

function padded(bytes: Buffer, filler: number): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([filler])]);
}

function pieces(how: Writing): Buffer {
  const all = [Buffer.alloc(0), ...(how.pieces ?? [])];
  const plain = { ...how, explicit: false };
  return Buffer.concat([
    head(TAG.pixels, 'OB', 0xffffffff, how),
    ...all.flatMap((piece) => [head(0xfffee000, '', piece.length, plain), Buffer.from(piece)]),
    head(0xfffee0dd, '', 0, plain),
  ]);
}

/** The elements of a small CT slice, to be varied. */
export function madeUpSlice(more: MadeUp = {}): MadeUp {
  const pixels = Buffer.alloc(2 * 16 * 12);
  for (let i = 0; i < 16 * 12; i++) pixels.writeInt16LE(i * 10 - 1000, 2 * i);
  return {
    [TAG.imageType]: ['CS', 'ORIGINAL\\PRIMARY\\AXIAL'],
    [TAG.sopClass]: ['UI', '1.2.840.10008.5.1.4.1.1.2'],
    [TAG.sopInstance]: ['UI', '1.2.3.4.1'],
    [TAG.modality]: ['CS', 'CT'],
    [TAG.patientName]: ['PN', 'Somebody^Real'],
    [TAG.patientId]: ['LO', 'HN-1'],
    [TAG.studyUid]: ['UI', '1.2.3'],
    [TAG.seriesUid]: ['UI', '1.2.3.4'],
    [TAG.samples]: ['US', 1],
    [TAG.photometric]: ['CS', 'MONOCHROME2'],
    [TAG.rows]: ['US', 12],
    [TAG.columns]: ['US', 16],
    [TAG.position]: ['DS', [0, 0, 0]],
    [TAG.orientation]: ['DS', [1, 0, 0, 0, 1, 0]],
    [TAG.spacing]: ['DS', [1, 1]],
    [TAG.bitsAllocated]: ['US', 16],
    [TAG.bitsStored]: ['US', 16],
    [TAG.highBit]: ['US', 15],
    [TAG.signed]: ['US', 1],
    [TAG.intercept]: ['DS', '0'],
    [TAG.slope]: ['DS', '1'],
    [TAG.pixels]: ['OW', pixels],
    ...more,
  };
}

/** What makes a PET slice of it, whose activity becomes SUV. */
export const MADE_UP_PET: MadeUp = {
  [TAG.modality]: ['CS', 'PT'],
  [TAG.units]: ['CS', 'BQML'],
  [TAG.decayCorrection]: ['CS', 'START'],
  [TAG.weight]: ['DS', '70'],
  [TAG.seriesTime]: ['TM', '101500'],
  [TAG.acquisitionTime]: ['TM', '101500.00'],
  [TAG.radiopharmaceutical]: [
    'SQ',
    [
      {
        [TAG.radionuclideDose]: ['DS', '370000000'],
        [TAG.radionuclideHalfLife]: ['DS', '6586.2'],
        [TAG.radiopharmaceuticalStart]: ['TM', '091500'],
      },
    ],
  ],
};
