import { FileFault } from '../files/fault.ts';
import { foreignFault } from '../files/foreign.ts';
import { type Affine, baseAffine, mostApart, qformAffine, scaledAffine } from './affine.ts';

/** What the header of a NIfTI file says (https://nifti.nimh.nih.gov). */
export interface NiftiHeader {
  /** Columns, rows and slices as they are stored, and volumes. */
  readonly shape: readonly [number, number, number, number];
  readonly littleEndian: boolean;
  readonly type: VoxelType;
  /** First byte of the voxels. */
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
  /** From indices to mm; x grows to the left of the patient, y to the back: DICOM's system, not NIfTI's. */
  readonly affine: Affine;
  /** What is odd about what it says of where the volume lies, in words; empty where nothing is. */
  readonly odd: string;
}

export interface VoxelType {
  readonly name: string;
  readonly bytes: number;
  readonly read: (view: DataView, at: number, littleEndian: boolean) => number;
}

const TYPES: Readonly<Record<number, VoxelType>> = {
  2: { name: 'uint8', bytes: 1, read: (view, at) => view.getUint8(at) },
  4: { name: 'int16', bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  8: { name: 'int32', bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  16: { name: 'float32', bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  64: { name: 'float64', bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
  256: { name: 'int8', bytes: 1, read: (view, at) => view.getInt8(at) },
  512: { name: 'uint16', bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  768: { name: 'uint32', bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  1024: { name: 'int64', bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  1280: { name: 'uint64', bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
};

const OTHER_TYPES: Readonly<Record<number, string>> = {
  1: 'single bits',
  32: 'complex numbers',
  128: 'colours (RGB)',
  1536: 'floating-point numbers of 128 bits',
  1792: 'complex numbers',
  2048: 'complex numbers',
  2304: 'colours (RGBA)',
};

/** Where the fields of a version lie. */
interface Layout {
  readonly size: number;
  readonly dim: number;
  readonly datatype: number;
  readonly pixdim: number;
  readonly offset: number;
  readonly slope: number;
  readonly qform: number;
  readonly sform: number;
  readonly quaternion: number;
  readonly srow: number;
  readonly units: number;
  /** Whether fields are of 8 bytes that have 2 or 4 in the first version. */
  readonly isWide: boolean;
}

// biome-ignore format: one version on a line
const LAYOUTS: Readonly<Record<number, Layout>> = {
  348: { size: 348, dim: 40, datatype: 70, pixdim: 76, offset: 108, slope: 112, qform: 252, sform: 254, quaternion: 256, srow: 280, units: 123, isWide: false },
  540: { size: 540, dim: 16, datatype: 12, pixdim: 104, offset: 168, slope: 176, qform: 344, sform: 348, quaternion: 352, srow: 400, units: 500, isWide: true },
};

/** Enough of a file for the header of either version. */
export const HEADER_BYTES = 544;

/** Values stored in a slice are fewer: 64 million. */
const MOST_OF_SLICE = 2 ** 26;

/**
 * Reads a header of version 1 or 2, in either byte order.
 *
 * @param bytes The first {@link HEADER_BYTES} of the file, or less where it has less.
 * @throws FileFault when it is no NIfTI file, or one that is not read.
 */
export function readNiftiHeader(bytes: Uint8Array): NiftiHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = [true, false].flatMap((littleEndian) => {
    const layout = bytes.length < 4 ? undefined : LAYOUTS[view.getInt32(0, littleEndian)];
    return layout === undefined ? [] : [{ layout, littleEndian }];
  });
  const [one] = found;
  if (one === undefined) throw foreignFault(bytes, 'it is not a NIfTI file');
  const { layout, littleEndian } = one;
  if (bytes.length < layout.size) throw new FileFault('the header is cut off');
  requireSingle(bytes, layout);
  const fields = new Fields(view, littleEndian, layout);
  const shape = shapeOf(fields);
  const type = TYPES[fields.short(layout.datatype)];
  if (type === undefined) {
    const code = fields.short(layout.datatype);
    throw new FileFault(`voxels that are ${OTHER_TYPES[code] ?? `of the type ${code}`} are not read`);
  }
  const offset = layout.isWide ? fields.count(layout.offset) : fields.real(layout.offset);
  if (!Number.isInteger(offset) || offset < layout.size)
    throw new FileFault('the voxels would lie in the header');
  return { shape, littleEndian, type, offset, ...scalingOf(fields), ...placeOf(fields, shape) };
}

function requireSingle(bytes: Uint8Array, { isWide }: Layout): void {
  const magic = Buffer.from(bytes.buffer, bytes.byteOffset + (isWide ? 4 : 344), 3).toString('latin1');
  if (magic === (isWide ? 'n+2' : 'n+1')) return;
  throw new FileFault(
    /^ni[12]$/.test(magic)
      ? 'it is one half of a pair of .hdr and .img: convert them to a .nii file'
      : 'it is an Analyze file, which does not say what is left and right: convert it to NIfTI',
  );
}

/** Reads fields whose sizes depend on the version. */
class Fields {
  readonly layout: Layout;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(view: DataView, littleEndian: boolean, layout: Layout) {
    this.#view = view;
    this.#little = littleEndian;
    this.layout = layout;
  }

  short(at: number): number {
    return this.#view.getInt16(at, this.#little);
  }

  code(at: number): number {
    return this.layout.isWide ? this.#view.getInt32(at, this.#little) : this.short(at);
  }

  count(at: number, index = 0): number {
    return this.layout.isWide
      ? Number(this.#view.getBigInt64(at + 8 * index, this.#little))
      : this.short(at + 2 * index);
  }

  real(at: number, index = 0): number {
    return this.layout.isWide
      ? this.#view.getFloat64(at + 8 * index, this.#little)
      : this.#view.getFloat32(at + 4 * index, this.#little);
  }

  /** Millimetres in the unit of lengths; what says nothing is in mm. */
  millimetres(): number {
    const { units, isWide } = this.layout;
    const unit = (isWide ? this.code(units) : this.#view.getUint8(units)) & 7;
    return unit === 1 ? 1000 : unit === 3 ? 0.001 : 1;
  }
}

function shapeOf(fields: Fields): NiftiHeader['shape'] {
  const { dim } = fields.layout;
  const dimensions = fields.count(dim);
  if (!(dimensions >= 2 && dimensions <= 7))
    throw new FileFault(`${dimensions} is not a valid number of dimensions`);
  const sizes = Array.from({ length: 7 }, (_, i) => (i < dimensions ? fields.count(dim, i + 1) : 1));
  if (sizes.some((size) => size < 1)) throw new FileFault(`a volume of ${sizes.join('×')} voxels is empty`);
  const [columns = 1, rows = 1, slices = 1, volumes = 1, ...more] = sizes;
  if (more.some((size) => size !== 1)) throw new FileFault('volumes of more than 4 dimensions are not read');
  if (columns * rows > MOST_OF_SLICE || columns * slices > MOST_OF_SLICE || rows * slices > MOST_OF_SLICE) {
    throw new FileFault(`a volume of ${columns}×${rows}×${slices} voxels is too large`);
  }
  return [columns, rows, slices, volumes];
}

/** A slope of 0, or one that is no number, says that there is no scaling. */
function scalingOf(fields: Fields): { slope: number; intercept: number } {
  const slope = fields.real(fields.layout.slope);
  const intercept = fields.real(fields.layout.slope, 1);
  if (slope === 0 || !Number.isFinite(slope)) return { slope: 1, intercept: 0 };
  if (!Number.isFinite(intercept)) throw new FileFault('the intercept of the scaling is not a number');
  return { slope, intercept };
}

/** By the sform where there is one, else by the qform, else as nibabel does: the middle is the origin, rows run to the left. */
function placeOf(fields: Fields, shape: NiftiHeader['shape']): Pick<NiftiHeader, 'affine' | 'odd'> {
  const { sform, qform, srow, quaternion, pixdim } = fields.layout;
  const numbers = (at: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => fields.real(at, i));
  const hasSform = fields.code(sform) > 0;
  const hasQform = fields.code(qform) > 0;
  const sizes = numbers(pixdim, 4);
  const byQform = (): Affine => qformAffine(numbers(quaternion, 6), sizes);
  const found = hasSform ? numbers(srow, 12) : hasQform ? byQform() : baseAffine(shape, sizes);
  const affine = scaledAffine(found, fields.millimetres());
  if (!hasSform && !hasQform) return { affine, odd: UNPLACED };
  const other = hasSform && hasQform ? orNull(byQform) : null;
  if (other === null) return { affine, odd: '' };
  const apart = mostApart(affine, scaledAffine(other, fields.millimetres()), shape);
  const least = Math.min(
    ...[0, 1, 2].map((axis) => Math.hypot(...[0, 4, 8].map((row) => affine[row + axis] ?? 0))),
  );
  if (!(apart > least / 2)) return { affine, odd: '' };
  return {
    affine,
    odd: `sform and qform of the file place it up to ${Number(apart.toPrecision(3))} mm apart: the sform counts`,
  };
}

const UNPLACED = 'the file does not say what is left and right: rows are taken to begin at the right';

/** What does not count may be wrong. */
function orNull(read: () => Affine): Affine | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof FileFault) return null;
    throw error;
  }
}
