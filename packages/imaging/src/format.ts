interface Signature {
  readonly format: string;
  readonly offset: number;
  readonly bytes: readonly number[];
}

const text = (format: string, signature: string, offset = 0): Signature => ({
  format,
  offset,
  bytes: [...Buffer.from(signature, 'latin1')],
});

/** Formats that turn up under a wrong extension, or beside what is read. They are named in the error. */
const SIGNATURES: readonly Signature[] = [
  text('DICOM', 'DICM', 128),
  text('NIfTI', 'n+1\0', 344),
  text('NIfTI', 'ni1\0', 344),
  text('NRRD', 'NRRD'),
  text('JPEG', '\xff\xd8\xff'),
  text('JPEG 2000', '\0\0\0\x0cjP  '),
  text('TIFF', 'II*\0'),
  text('TIFF', 'MM\0*'),
  text('BigTIFF', 'II+\0'),
  text('BigTIFF', 'MM\0+'),
  text('GIF', 'GIF8'),
  text('WebP', 'WEBP', 8),
  text('BMP', 'BM'),
  text('gzip (a compressed NIfTI, perhaps)', '\x1f\x8b'),
  text('ZIP', 'PK\x03\x04'),
  text('RAR', 'Rar!\x1a\x07'),
  text('7-Zip', '7z\xbc\xaf\x27\x1c'),
  text('PNG', '\x89PNG\r\n\x1a\n'),
  text('PDF', '%PDF'),
  text('Git LFS pointer', 'version https://git-lfs'),
  text('HTML', '<!DOCTYPE'),
  text('HTML', '<html'),
];

/** The format that `bytes` begin like, or undefined. */
export function foreignFormat(bytes: Uint8Array): string | undefined {
  return SIGNATURES.find(({ offset, bytes: signature }) =>
    signature.every((byte, i) => bytes[offset + i] === byte),
  )?.format;
}
