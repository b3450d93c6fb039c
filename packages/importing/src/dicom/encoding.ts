/** How the elements of a data set are written. */
export interface Encoding {
  readonly explicit: boolean;
  readonly littleEndian: boolean;
}

export const IMPLICIT: Encoding = { explicit: false, littleEndian: true };
export const EXPLICIT: Encoding = { explicit: true, littleEndian: true };
export const BIG_ENDIAN: Encoding = { explicit: true, littleEndian: false };

/** How the samples of an image are compressed; `native` is not at all. */
export type Compression = 'native' | 'deflated' | 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k';

export interface TransferSyntax {
  readonly name: string;
  readonly encoding: Encoding;
  readonly compression: Compression;
  readonly deflated?: true;
  /** Decoding may give values beyond those that were compressed. */
  readonly lossy?: true;
}

const encapsulated = (
  name: string,
  compression: Compression,
  how: { lossy?: true } = {},
): TransferSyntax => ({
  name,
  encoding: EXPLICIT,
  compression,
  ...how,
});

const ROOT = '1.2.840.10008.1.2';

/** DICOM PS3.6, annex A. What is not here is video, a retired JPEG process or somebody's own. */
const SYNTAXES: Readonly<Record<string, TransferSyntax>> = {
  [ROOT]: { name: 'implicit little endian', encoding: IMPLICIT, compression: 'native' },
  [`${ROOT}.1`]: { name: 'explicit little endian', encoding: EXPLICIT, compression: 'native' },
  [`${ROOT}.1.98`]: encapsulated('encapsulated uncompressed', 'native'),
  [`${ROOT}.1.99`]: {
    name: 'deflated explicit little endian',
    encoding: EXPLICIT,
    compression: 'native',
    deflated: true,
  },
  [`${ROOT}.2`]: { name: 'explicit big endian', encoding: BIG_ENDIAN, compression: 'native' },
  [`${ROOT}.5`]: encapsulated('RLE lossless', 'rle'),
  [`${ROOT}.8.1`]: encapsulated('deflated frames', 'deflated'),
  [`${ROOT}.4.50`]: encapsulated('JPEG baseline', 'jpeg', { lossy: true }),
  [`${ROOT}.4.51`]: encapsulated('JPEG extended', 'jpeg', { lossy: true }),
  [`${ROOT}.4.57`]: encapsulated('JPEG lossless', 'jpeg'),
  [`${ROOT}.4.70`]: encapsulated('JPEG lossless, first-order prediction', 'jpeg'),
  [`${ROOT}.4.80`]: encapsulated('JPEG-LS lossless', 'jpeg-ls'),
  [`${ROOT}.4.81`]: encapsulated('JPEG-LS near-lossless', 'jpeg-ls', { lossy: true }),
  [`${ROOT}.4.90`]: encapsulated('JPEG 2000 lossless', 'jpeg-2000'),
  [`${ROOT}.4.91`]: encapsulated('JPEG 2000', 'jpeg-2000', { lossy: true }),
  [`${ROOT}.4.201`]: encapsulated('HTJ2K lossless', 'htj2k'),
  [`${ROOT}.4.202`]: encapsulated('HTJ2K lossless, RPCL', 'htj2k'),
  [`${ROOT}.4.203`]: encapsulated('HTJ2K', 'htj2k', { lossy: true }),
};

/** What a UID stands for; undefined for one that is not read. */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  return SYNTAXES[uid];
}
