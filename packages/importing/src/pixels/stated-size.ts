import type { Compression } from '../dicom/encoding.ts';
import { FileFault } from '../files/fault.ts';

/** What a compressed image says of itself, in pixels and channels. */
interface StatedSize {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
}

const START_OF_SCAN = 0xda;
/** Of JPEG-LS, whose further parameters (F8) of kind 4 state a size anew. */
const [JPEG_LS_FRAME, JPEG_LS_PARAMETERS, OVERSIZE] = [0xf7, 0xf8, 4];
/** SOC and SIZ, with which every codestream of JPEG 2000 begins, also within boxes (ISO 15444-1, A.4 and A.5). */
const CODESTREAM = Buffer.from('ff4fff51', 'hex');

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
 * @throws FileFault unless the image states the size and the channels that its file does.
 */
export function requireStatedSize(bytes: Uint8Array, codec: Compression, expected: StatedSize): void {
  const found = codec === 'jpeg' || codec === 'jpeg-ls' ? frameSize(bytes) : codestreamSize(bytes);
  const told = ({ width, height, samples }: StatedSize): string => `${width}×${height}×${samples}`;
  if (told(found) !== told(expected))
    throw new FileFault(`the compressed image is ${told(found)}, ${told(expected)} expected`);
}

function frameSize(bytes: Uint8Array): StatedSize {
  let size: StatedSize | undefined;
  for (const segment of segments(bytes)) {
    const { marker, data } = segment;
    if (marker === JPEG_LS_PARAMETERS && data[0] === OVERSIZE)
      throw new FileFault('images of more than 65,535 rows or columns are not read');
    if (!isFrameHeader(segment) && !(marker === JPEG_LS_FRAME && data.length >= 6)) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    // A second frame would be another image.
    if (size !== undefined) throw new FileFault('the image has several frames');
    size = { height: view.getUint16(1), width: view.getUint16(3), samples: view.getUint8(5) };
  }
  if (size === undefined) throw new FileFault('the image has no frame');
  return size;
}

function codestreamSize(bytes: Uint8Array): StatedSize {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(CODESTREAM);
  // Behind the two markers: length, capabilities, four pairs of numbers, the count of channels, three bytes for each of them.
  const from = at + CODESTREAM.length;
  if (at < 0 || from + 38 > bytes.length) throw new FileFault('the image has no codestream');
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, bytes.length - from);
  const [right, bottom, left, top] = [4, 8, 12, 16].map((offset) => view.getUint32(offset)) as [
    number,
    number,
    number,
    number,
  ];
  const samples = view.getUint16(36);
  if (38 + 3 * samples > view.byteLength) throw new FileFault('the codestream is cut off');
  for (let i = 0; i < samples; i++) {
    if (view.getUint8(39 + 3 * i) !== 1 || view.getUint8(40 + 3 * i) !== 1)
      throw new FileFault('channels of fewer pixels than the image are not read');
  }
  return { width: right - left, height: bottom - top, samples };
}
