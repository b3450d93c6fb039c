import type { Compression } from '../dicom/encoding.ts';
import { FileFault } from '../files/fault.ts';

/** What a compressed image says of itself, in pixels and channels. */
interface StatedSize {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
}

interface Stated extends StatedSize {
  /** Of a sample. */
  readonly bits: number;
}

const START_OF_SCAN = 0xda;
/** Of JPEG-LS, whose further parameters (F8) of kind 4 state a size anew. */
const [JPEG_LS_FRAME, JPEG_LS_PARAMETERS, OVERSIZE] = [0xf7, 0xf8, 4];
/** SOC and SIZ, with which every codestream of JPEG 2000 begins (ISO 15444-1, A.4 and A.5). */
const CODESTREAM = 0xff4fff51;

export interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
}

/**
 * Segments before the pixels of a JPEG or JPEG-LS image: marker and content (ISO 10918-1, annex B).
 *
 * @throws FileFault where they lead beyond the image.
 */
export function* segments(bytes: Uint8Array): Generator<Segment> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw new FileFault('a segment of the JPEG is damaged');
    const marker = view.getUint8(at + 1);
    // A marker may be filled up with bytes of ones.
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length)
      throw new FileFault('a segment of the JPEG leads beyond the file');
    yield { marker, data: bytes.subarray(at + 4, at + 2 + length) };
    if (marker === START_OF_SCAN) return;
    at += 2 + length;
  }
}

/** Whether a segment is the header of a frame of JPEG: bits, height, width and channels. */
export const isFrameHeader = ({ marker, data }: Segment): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker) && data.length >= 6;

/** Whether colours of a JPEG-LS image lie beside each other, as its first scan says (ISO 14495-1, C.2.3). */
export function isInterleaved(bytes: Uint8Array): boolean {
  for (const { marker, data } of segments(bytes)) {
    if (marker === START_OF_SCAN) return data[2 + 2 * (data[0] ?? 0)] !== 0;
  }
  throw new FileFault('the image has no pixels');
}

/**
 * The decoders believe what they are told: of an image of another size they give sheared rows, or bytes of the image before. And what an
 * image states is what they make room for.
 *
 * @returns how many bits each sample has, as the image states it: more than its file does, where words were compressed.
 * @throws FileFault unless the image states the size and the channels that its file does.
 */
export function requireStatedSize(bytes: Uint8Array, codec: Compression, expected: StatedSize): number {
  const found = codec === 'jpeg' || codec === 'jpeg-ls' ? frameSize(bytes) : codestreamSize(bytes);
  const told = ({ width, height, samples }: StatedSize): string => `${width}×${height}×${samples}`;
  if (told(found) !== told(expected))
    throw new FileFault(`the compressed image is ${told(found)}, ${told(expected)} expected`);
  return found.bits;
}

function frameSize(bytes: Uint8Array): Stated {
  let size: Stated | undefined;
  for (const segment of segments(bytes)) {
    const { marker, data } = segment;
    if (marker === JPEG_LS_PARAMETERS && data[0] === OVERSIZE)
      throw new FileFault('images of more than 65,535 rows or columns are not read');
    if (!isFrameHeader(segment) && !(marker === JPEG_LS_FRAME && data.length >= 6)) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    // A second frame would be another image.
    if (size !== undefined) throw new FileFault('the image has several frames');
    const [bits, height, width] = [view.getUint8(0), view.getUint16(1), view.getUint16(3)];
    size = { bits, height, width, samples: view.getUint8(5) };
  }
  if (size === undefined) throw new FileFault('the image has no frame');
  return size;
}

function codestreamSize(bytes: Uint8Array): Stated {
  const stream = codestreamOf(bytes);
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  // Behind the two markers: length, capabilities, four pairs of numbers, the count of channels, three bytes for each of them.
  if (stream.length < 42 || view.getUint32(0) !== CODESTREAM)
    throw new FileFault('the image has no codestream');
  const samples = view.getUint16(40);
  if (stream.length < 42 + 3 * samples) throw new FileFault('the codestream is cut off');
  for (let i = 0; i < samples; i++) {
    if (view.getUint8(43 + 3 * i) !== 1 || view.getUint8(44 + 3 * i) !== 1)
      throw new FileFault('channels of fewer pixels than the image are not read');
  }
  const [width, height] = [8, 12].map((at) => view.getUint32(at) - view.getUint32(at + 8));
  // The highest bit says that they are signed.
  const bits = (view.getUint8(42) & 0x7f) + 1;
  return { width: width ?? 0, height: height ?? 0, samples, bits };
}

/** The codestream alone: some programs leave it in the boxes of a file of its own (ISO 15444-1, I.4), which decoders take. */
function codestreamOf(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + 8 <= bytes.length && view.getUint32(at) !== CODESTREAM) {
    const length = view.getUint32(at);
    if (Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1') === 'jp2c')
      return bytes.subarray(at + 8);
    // Lengths of eight bytes, or to the end, are for files larger than a frame.
    if (length < 8) break;
    at += length;
  }
  return at === 0 ? bytes : bytes.subarray(bytes.length);
}
