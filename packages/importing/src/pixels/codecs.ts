import { createRequire } from 'node:module';
import { readFileSync } from '@radweave/artifacts/files';
import type { Compression } from '../dicom/encoding.ts';
import { FileFault } from '../files/fault.ts';
import { within } from './deadline.ts';
import type { PixelFormat } from './format.ts';
import { isInterleaved, requireStatedSize } from './stated-size.ts';

/**
 * The decoders of dcmjs-codecs (libjpeg of 8, 12 and 16 bits, CharLS, OpenJPEG) as one WebAssembly module: a fault of
 * theirs stays in its memory. Its JavaScript, which brings a DICOM toolkit, is not loaded.
 */
type Wasm = Record<string, (...args: number[]) => number> & { memory: { buffer: ArrayBuffer } };

/** TypeScript's types of it come with the browser's, which Node.js has not. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** Order of the module's own list. */
const PHOTOMETRIC = [
  'MONOCHROME1',
  'MONOCHROME2',
  'PALETTE COLOR',
  'RGB',
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_PARTIAL_422',
  'YBR_PARTIAL_420',
  'YBR_ICT',
  'YBR_RCT',
];

export type Codec = Exclude<Compression, 'native' | 'deflated' | 'rle'>;

const DECODERS: Readonly<Record<Codec, string>> = {
  jpeg: 'DecodeJpeg',
  'jpeg-ls': 'DecodeJpegLs',
  'jpeg-2000': 'DecodeJpeg2000',
  // OpenJPEG decodes it too; OpenJPH never comes back from bytes that are no codestream.
  htj2k: 'DecodeJpeg2000',
};

export interface Decompressed {
  readonly bitsAllocated: number;
  /** Of a sample, as the stream states it. */
  readonly bitsStored: number;
  readonly signed: boolean;
  readonly planar: boolean;
  /** Little endian. */
  readonly bytes: Uint8Array;
}

type Decoded = Omit<Decompressed, 'bitsStored'>;

let compiled: object | undefined;
let running: Wasm | undefined;

function start(): Wasm {
  compiled ??= new WebAssembly.Module(
    readFileSync(createRequire(import.meta.url).resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm')),
  );
  let wasm: Wasm;
  const text = (at: number, length: number): string =>
    Buffer.from(wasm.memory.buffer, at, length).toString('latin1');
  const nothing = (): number => 0;
  const { exports } = new WebAssembly.Instance(compiled, {
    env: {
      emscripten_notify_memory_growth: nothing,
      onCodecsInfo: nothing,
      onCodecsTrace: nothing,
      onCodecsException: (at: number, length: number) => {
        throw new FileFault(text(at, length));
      },
    },
    wasi_snapshot_preview1: {
      environ_get: nothing,
      // Answers that nobody waits for: no variables, no time, nothing written.
      environ_sizes_get: nothing,
      clock_time_get: nothing,
      fd_write: nothing,
      fd_seek: nothing,
      fd_close: nothing,
      proc_exit: () => {
        throw new FileFault('the decoder gave up');
      },
    },
  });
  wasm = exports as unknown as Wasm;
  wasm._initialize?.();
  return wasm;
}

/** Some damaged bytes, those of HTJ2K above all, keep a decoder for ever. It takes a twentieth of this for any that are whole. */
const limitMs = ({ columns, rows, samples }: PixelFormat): number =>
  30_000 + Math.ceil((columns * rows * samples) / 100);

/**
 * Decompresses a frame.
 *
 * @param format What the file says of its pixels.
 * @param ms After so long the frame is given up.
 * @throws FileFault when the bytes are not what they are said to be.
 */
export function decompress(
  bytes: Uint8Array,
  compression: Codec,
  format: PixelFormat,
  ms: number = limitMs(format),
): Decompressed {
  // Decoders fill what is missing with gray, without a word.
  if (!endsWithMark(bytes)) throw new FileFault(`${compression}: the end of the image is missing`);
  try {
    const size = { ...format, width: format.columns, height: format.rows };
    const bitsStored = requireStatedSize(bytes, compression, size);
    return { ...decoded(bytes, DECODERS[compression], format, ms), bitsStored };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileFault(`${compression}: ${reason}`);
  }
}

function decoded(bytes: Uint8Array, decoder: string, format: PixelFormat, ms: number): Decoded {
  const wasm = running ?? start();
  // Where it fails, its memory may be in any state: the next frame gets a new one.
  running = undefined;
  const result = within(ms, () => decodeIn(wasm, bytes, decoder, format));
  running = wasm;
  return result;
}

/** Whether the last marker is there that all these formats end with, FFD9; zeros or a byte of ones may fill up. */
function endsWithMark(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0xff)) end--;
  return bytes[end - 2] === 0xff && bytes[end - 1] === 0xd9;
}

function decodeIn(wasm: Wasm, bytes: Uint8Array, decoder: string, format: PixelFormat): Decoded {
  const call = (name: string, ...args: number[]): number => wasm[name]?.(...args) ?? 0;
  const context = call('CreateCodecsContext');
  const settings: [name: string, value: number][] = [
    ['Columns', format.columns],
    ['Rows', format.rows],
    ['BitsAllocated', format.bitsAllocated],
    ['BitsStored', format.bitsStored],
    ['SamplesPerPixel', format.samples],
    ['PixelRepresentation', format.signed ? 1 : 0],
    ['PlanarConfiguration', format.planar ? 1 : 0],
    ['PhotometricInterpretation', Math.max(1, PHOTOMETRIC.indexOf(format.photometric))],
  ];
  for (const [name, value] of settings) call(`Set${name}`, context, value);
  call('SetEncodedBufferSize', context, bytes.length);
  new Uint8Array(wasm.memory.buffer).set(bytes, call('GetEncodedBuffer', context));
  const parameters = call('CreateDecoderParameters');
  call('SetConvertColorspaceToRgb', parameters, format.photometric.startsWith('YBR') ? 1 : 0);
  call(decoder, context, parameters);
  const at = call('GetDecodedBuffer', context);
  const length = call('GetDecodedBufferSize', context);
  const result: Decoded = {
    bitsAllocated: call('GetBitsAllocated', context),
    signed: call('GetPixelRepresentation', context) === 1,
    planar:
      decoder === 'DecodeJpegLs' ? !isInterleaved(bytes) : call('GetPlanarConfiguration', context) === 1,
    bytes: new Uint8Array(wasm.memory.buffer, at, length).slice(),
  };
  call('ReleaseDecoderParameters', parameters);
  call('ReleaseCodecsContext', context);
  return result;
}
