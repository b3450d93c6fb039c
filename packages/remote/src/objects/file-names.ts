import { DataError, nameFault } from '@radweave/artifacts';
import type { StoredObject } from './answer.ts';

/**
 * Where objects lie below the folder that stands for a prefix. Markers of folders, which consoles make, are left out.
 *
 * @returns each object by its path with forward slashes.
 * @throws DataError `E_S3_OBJECT` for a key that would lead elsewhere, or that some file system cannot keep apart.
 */
export function fileNames(
  objects: readonly StoredObject[],
  prefix: string,
  bucket: string,
): Map<string, StoredObject> {
  const names = new Map<string, StoredObject>();
  /** Files and folders as they are where letter case and Unicode form do not count, with what they stand for. */
  const taken = new Map<string, string>();
  for (const object of objects) {
    const { key, size } = object;
    if (key.endsWith('/') && size === 0) continue;
    const refuse = (what: string): never => {
      throw new DataError('E_S3_OBJECT', `an object cannot become a file: ${what}`, {
        where: `s3://${bucket}/${key}`,
        hint: 'Rename or remove the object, or name a prefix below which there is none',
      });
    };
    const name = prefix === '' ? key : key.slice(prefix.length + 1);
    const parts = name.split('/');
    const fault = parts.map((part) => nameFault('file', part)).find((one) => one !== null);
    if (fault !== undefined && fault !== null) refuse(fault);
    for (let depth = 1; depth <= parts.length; depth++) {
      const path = parts.slice(0, depth).join('/') + (depth < parts.length ? '/' : '');
      const same = path.normalize('NFC').toLowerCase().replace(/\/$/, '');
      const other = taken.get(same);
      if (other !== undefined && other !== path) {
        refuse(`'${other}' is there too, and not every file system keeps both`);
      }
      taken.set(same, path);
    }
    names.set(name, object);
  }
  return names;
}
