import { type AuditCase, groupBy } from '@radweave/artifacts';
import { nearDuplicates } from '@radweave/imaging';
import { counted, remark } from '@radweave/remarks';
import { type CheckReport, finding } from './check.ts';
import { type AuditedPixels, pixelGaps, type SeenSlice } from './pixels.ts';
import { Thumbnails } from './thumbnails.ts';

/** Pairs of slices that are compared; a cohort of copies would have millions. */
const MOST_COMPARISONS = 500_000;

/**
 * Measured on one cohort only, TCGA-LGG lesion slices of 85 patients: of 200 slices, copies of half the size, as JPEG of
 * quality 20, brighter, with a gamma of 0.6 or with noise of 10 gray levels correlate at least 0.97 with their original; of
 * different patients whose hashes are near, at most 0.93. Copies that were cropped or shifted can fall below.
 */
const SAME_IMAGE = 0.95;

/** A patient's slices, in one split, of one perceptual hash. */
type Owner = SeenSlice[];

/** Two patients in different splits and their most similar slices. */
interface Pair {
  first: SeenSlice;
  second: SeenSlice;
  distance: number;
  correlation: number;
}

/**
 * Slices of different patients in different splits whose perceptual hashes differ in few bits: copies that were resized,
 * encoded again or changed in brightness. Slices of different patients can have near hashes, too, so what the hashes find
 * is also correlated. Identical slices are the finding of another check; mirrored copies are not found.
 */
export function checkNearSlices(pixels: AuditedPixels, maxDistance: number): CheckReport {
  const { pairs, isCut } = nearPairs(pixels.slices, maxDistance);
  const sorted = pairs.sort((a, b) => b.correlation - a.correlation);
  const copies = sorted.filter(({ correlation }) => correlation >= SAME_IMAGE);
  return {
    looked: remark('audit-slices-near', { n: pixels.slices.length, bits: maxDistance }),
    found: [
      ...finding(
        remark('WARN_NEAR_SLICES'),
        copies.map(asCase),
        'the split files',
        'Look at these pairs: if they are copies, both are one patient or one image is in the wrong folder',
        isCut,
      ),
      ...finding(
        remark('INFO_SIMILAR_SLICES', { limit: SAME_IMAGE }),
        sorted.slice(copies.length).map(asCase),
        'the split files',
        'Usually patients who look alike; a cropped or shifted copy would be here, too, so look at the first pairs',
        isCut,
      ),
    ],
    gaps: [...pixelGaps(pixels), ...(isCut ? [remark('audit-too-many-pairs', { n: MOST_COMPARISONS })] : [])],
  };
}

function nearPairs(slices: readonly SeenSlice[], maxDistance: number): { pairs: Pair[]; isCut: boolean } {
  const thumbnails = new Thumbnails();
  const pairs = new Map<string, Pair>();
  let comparisons = 0;
  for (const [first, second, distance] of slicePairs(ownersByHash(slices), maxDistance)) {
    if (first.facts.contentHash === second.facts.contentHash) continue;
    if (comparisons++ === MOST_COMPARISONS) return { pairs: [...pairs.values()], isCut: true };
    const key = [ownerKey(first), ownerKey(second)].sort().join();
    const correlation = thumbnails.correlation(first.path, second.path);
    if (correlation > (pairs.get(key)?.correlation ?? -2)) {
      pairs.set(key, { first, second, distance, correlation });
    }
  }
  return { pairs: [...pairs.values()], isCut: false };
}

/** Equal hashes together, so that they are searched once. */
function ownersByHash(slices: readonly SeenSlice[]): Map<string, Owner[]> {
  const byHash = groupBy(
    slices.filter(({ facts }) => facts.perceptualHash !== undefined),
    ({ facts }) => facts.perceptualHash ?? '',
  );
  return new Map(Array.from(byHash, ([hash, own]) => [hash, [...groupBy(own, ownerKey).values()]]));
}

/** Slices of different patients in different splits; those of equal hashes come first. */
function* slicePairs(
  byHash: ReadonlyMap<string, readonly Owner[]>,
  maxDistance: number,
): Generator<[SeenSlice, SeenSlice, number]> {
  const groups = [...byHash.values()];
  for (const owners of groups) {
    for (const [i, a] of owners.entries()) {
      for (const b of owners.slice(i + 1)) yield* combinations(a, b, 0);
    }
  }
  if (maxDistance === 0) return;
  for (const { first, second, distance } of nearDuplicates([...byHash.keys()], maxDistance)) {
    for (const a of groups[first] ?? []) {
      for (const b of groups[second] ?? []) yield* combinations(a, b, distance);
    }
  }
}

function* combinations(a: Owner, b: Owner, distance: number): Generator<[SeenSlice, SeenSlice, number]> {
  if (a[0]?.patient === b[0]?.patient || a[0]?.split === b[0]?.split) return;
  for (const first of a) for (const second of b) yield [first, second, distance];
}

const ownerKey = ({ patient, split }: SeenSlice): string => JSON.stringify([patient, split]);

function asCase({ first, second, distance, correlation }: Pair): AuditCase {
  const text = ({ patient, split, path }: SeenSlice): string => `${patient} (${split}): ${path}`;
  return {
    patients: [first.patient, second.patient],
    detail: `${counted(distance, 'bit')}, correlation ${correlation.toFixed(3)}; ${text(first)}; ${text(second)}`,
    distance,
    correlation,
  };
}
