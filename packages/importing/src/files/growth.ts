import { MAX_PIXELS } from '@radweave/imaging';
import { FileFault } from './fault.ts';

/** What few bytes may unpack to: the largest mammograms have 48 MB. */
const SMALL = 2 ** 26;
const MOST_TIMES = 8;

/** The most bytes that packed ones may unpack to. Made to fill the memory, a file of a kilobyte unpacks to a gigabyte. */
export function mostUnpacked(packed: number): number {
  return SMALL + MOST_TIMES * packed;
}

/** @throws FileFault where an image is empty, or larger than any real one: whoever makes room for its pixels asks first. */
export function requireSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new FileFault(`an image of ${width}×${height} pixels is empty`);
  if (width * height > MAX_PIXELS) throw new FileFault(`an image of ${width}×${height} pixels is too large`);
}

/** @throws FileFault for an image that unpacks to more. */
export function requireGrowth(packed: number, unpacked: number): void {
  if (unpacked <= mostUnpacked(packed)) return;
  throw new FileFault(`${packed} bytes would unpack to an image of ${unpacked}, as no real ones do`);
}
