import { inflateRawSync } from 'node:zlib';
import { Scratch } from '@radweave/imaging';
import { FileFault } from '../files/fault.ts';
import { foreignFault } from '../files/foreign.ts';
import { mostUnpacked } from '../files/growth.ts';
import { MOST_BYTES, readStart } from '../files/start.ts';
import type { Dataset } from './dataset.ts';
import { EXPLICIT, IMPLICIT, type TransferSyntax, transferSyntax } from './encoding.ts';
import { BeyondEnd, readDataset } from './read.ts';
import { TAG } from './tags.ts';

export interface DicomFile {
  readonly dataset: Dataset;
  readonly syntax: TransferSyntax;
}

/** What files without a meta header are. */
const IMPLICIT_UID = '1.2.840.10008.1.2';
const EXPLICIT_UID = `${IMPLICIT_UID}.1`;
const PREAMBLE = 128;
const META_END = 0x00030000;
/** Enough for the headers of most images, then of nearly all: a disk reads several times what it is first asked for. */
const HEADER_BYTES = [1 << 14, 1 << 17];
/** Tag and length of an element, at least. */
const ELEMENT_HEAD = 8;

const headers = new Scratch();

/**
 * Reads a file's elements before the pixels, from its first bytes where they hold them.
 *
 * @returns what is valid until the next call.
 * @throws FileFault when it is no DICOM file, damaged, or of a transfer syntax that is not read.
 */
export function openHeader(path: string): DicomFile {
  for (const most of HEADER_BYTES) {
    const { bytes, size } = readStart(path, most, headers);
    const isWhole = bytes.length === size;
    try {
      return parseFile(bytes, TAG.floatPixels, isWhole);
    } catch (error) {
      const needsMore = error instanceof BeyondEnd || error instanceof Deflated;
      if (isWhole || !needsMore) throw error;
    }
  }
  return parseFile(readStart(path).bytes, TAG.floatPixels);
}

/** Reads a whole file, pixels and all, into `memory` where that is given. @throws FileFault as {@link openHeader}. */
export function openWhole(path: string, memory?: Scratch): DicomFile {
  return parseFile(readStart(path, MOST_BYTES, memory).bytes);
}

/** Only the whole of a deflated file can be inflated. */
class Deflated extends FileFault {}

/**
 * Reads the elements of a file.
 *
 * @param until The first tag that is not read any more.
 * @param isWhole Whether these are all bytes of the file.
 * @throws FileFault as {@link openHeader}; `BeyondEnd` where the elements go on, or might, behind the bytes.
 */
export function parseFile(bytes: Uint8Array, until?: number, isWhole = true): DicomFile {
  const start = startOf(bytes);
  const meta = readDataset({ bytes, encoding: EXPLICIT, start, until: META_END });
  const isPlain = meta.dataset.elements.size === 0;
  const syntaxUid =
    meta.dataset.text(TAG.transferSyntax) || (hasVr(bytes, meta.end) ? EXPLICIT_UID : IMPLICIT_UID);
  const syntax = transferSyntax(syntaxUid);
  if (syntax === undefined) throw new FileFault(`the transfer syntax ${syntaxUid} is not read`);
  const from = isPlain ? start : meta.end;
  const body = syntax.deflated === true ? inflated(bytes.subarray(from)) : bytes;
  const at = syntax.deflated === true ? 0 : from;
  // Some writers say that a file is explicit and leave out the representations.
  const encoding = syntax.encoding.explicit && !hasVr(body, at) ? IMPLICIT : syntax.encoding;
  const { dataset, end } = readDataset({
    bytes: body,
    encoding,
    start: at,
    ...(until === undefined ? {} : { until }),
  });
  // A part may end where an element does; then nothing else tells that more would follow.
  if (!isWhole && end > body.length - ELEMENT_HEAD) throw new BeyondEnd('only a part of the file was read');
  if (dataset.elements.size === 0) throw new FileFault('the file holds no elements');
  return { dataset, syntax };
}

/** Where elements begin: after preamble and `DICM`, or at once in files of old programs. */
function startOf(bytes: Uint8Array): number {
  if (isAt(bytes, PREAMBLE, 'DICM')) return PREAMBLE + 4;
  const [group = 0xff, high = 0xff] = bytes;
  const beginsWithGroup = bytes.length > 12 && (group === 2 || group === 8) && high === 0;
  if (beginsWithGroup && (bytes[3] ?? 0xff) < 0x20) return 0;
  throw foreignFault(bytes, 'it is not a DICOM file');
}

function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));
}

/** Whether the first element has a value representation: two letters after its tag. */
function hasVr(bytes: Uint8Array, at: number): boolean {
  return [4, 5].every((i) => /[A-Z]/.test(String.fromCharCode(bytes[at + i] ?? 0)));
}

function inflated(bytes: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(bytes, { maxOutputLength: mostUnpacked(bytes.length) });
  } catch (error) {
    throw new Deflated(
      `the deflated elements are damaged: ${error instanceof Error ? error.message : error}`,
    );
  }
}
