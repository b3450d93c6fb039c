import { createRequire } from 'node:module';
import type { Boot } from './raw.ts';
import { readNativeRecord } from './setup/record.ts';

/** Inflates a zlib stream: how many bytes of `out` were written, or -1 when it is damaged or does not fit. */
export type Inflate = (stream: Uint8Array, out: Uint8Array) => number;

let found: Inflate | null | undefined;

/**
 * libdeflate's inflate (https://github.com/ebiggers/libdeflate), in three quarters of the time that zlib takes. libtorch is not
 * loaded for it.
 *
 * @returns null where set-up has not been run or the system has no libdeflate: zlib does the same there, bit for bit.
 */
export function libdeflate(): Inflate | null {
  if (found === undefined) found = open();
  return found;
}

function open(): Inflate | null {
  const boot = smallAddon();
  return boot?.canInflate() ? boot.inflate : null;
}

/** Null where it is not built or cannot be loaded: images are read all the same, and what needs the engine tells why not. */
function smallAddon(): Boot | null {
  try {
    return createRequire(import.meta.url)(readNativeRecord().boot);
  } catch {
    return null;
  }
}
