import { foreignFormat } from '@radweave/imaging';
import { FileFault } from './fault.ts';

const ARCHIVE = 'unpack it first';
const PICTURE = 'radweave import images reads it';

/** What to do with a file of another format; with those that are not here: make them PNG. */
const INSTEAD: Readonly<Record<string, string>> = {
  DICOM: 'radweave import dicom reads it',
  NIfTI: 'radweave import nifti reads it',
  'gzip (a compressed NIfTI, perhaps)': `radweave import nifti reads NIfTI; if it is an archive, ${ARCHIVE}`,
  NRRD: 'convert it to NIfTI, which radweave import nifti reads',
  PNG: PICTURE,
  JPEG: PICTURE,
  TIFF: PICTURE,
  BMP: PICTURE,
  ZIP: ARCHIVE,
  RAR: ARCHIVE,
  '7-Zip': ARCHIVE,
  HTML: 'get the image itself',
  'Git LFS pointer': 'fetch the file itself with git lfs pull',
};
const CONVERT = 'convert it to PNG, which radweave import images reads';

/** Why a file is none of those that are read: what its first bytes say that it is, and what to do; else `unknown`. */
export function foreignFault(bytes: Uint8Array, unknown: string): FileFault {
  const format = foreignFormat(bytes);
  return new FileFault(
    format === undefined ? unknown : `the content is ${format}: ${INSTEAD[format] ?? CONVERT}`,
  );
}

/** Why a picture is not read that another program can read. */
export function convertFault(what: string): FileFault {
  return new FileFault(`${what}: convert it to PNG`);
}
