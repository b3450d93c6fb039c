import { bitCount, hashWords } from './perceptual.ts';

/** Two positions in the list of hashes, `first` < `second`, and the bits in which they differ. */
export interface NearPair {
  readonly first: number;
  readonly second: number;
  readonly distance: number;
}

/**
 * All pairs of perceptual hashes that differ in at most `maxDistance` bits, by multi-index hashing (Norouzi,
 * Punjani, Fleet, CVPR 2012): of `maxDistance` + 1 disjoint parts, a near pair has at least one in common, so
 * only hashes that share a part are compared.
 *
 * @param hashes 16 hex digits each; undefined entries (constant slices) take no part.
 * @param maxDistance 0…15; the search gets slower with it.
 * @returns pairs in no particular order, each once. A generator, since n equal hashes make n²/2 pairs.
 */
export function* nearDuplicates(
  hashes: readonly (string | undefined)[],
  maxDistance: number,
): Generator<NearPair> {
  if (!Number.isInteger(maxDistance) || maxDistance < 0 || maxDistance > 15) {
    throw new RangeError(`maxDistance is a whole number from 0 to 15, not ${maxDistance}`);
  }
  const words = hashes.map((hash) => (hash === undefined ? undefined : hashWords(hash)));
  const keys = partKeys(hashes, maxDistance + 1);
  for (const [part, own] of keys.entries()) {
    const buckets = new Map<number, number[]>();
    for (const [second, secondWords] of words.entries()) {
      if (secondWords === undefined) continue;
      const key = own[second] as number;
      const bucket = buckets.get(key) ?? [];
      for (const first of bucket) {
        const firstWords = words[first];
        if (firstWords === undefined || shareEarlier(keys, part, first, second)) continue;
        const [high, low] = firstWords;
        const distance = bitCount(high ^ secondWords[0]) + bitCount(low ^ secondWords[1]);
        if (distance <= maxDistance) yield { first, second, distance };
      }
      bucket.push(second);
      buckets.set(key, bucket);
    }
  }
}

/** For each part, that part's bits of every hash (of one 64-bit part its lower half, which only finds more). */
function partKeys(hashes: readonly (string | undefined)[], parts: number): Uint32Array[] {
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * 64) / parts);
    const to = Math.floor(((part + 1) * 64) / parts);
    const bits = Math.min(32, to - from);
    return Uint32Array.from(hashes, (hash) =>
      hash === undefined ? 0 : Number(BigInt.asUintN(bits, BigInt(`0x${hash}`) >> BigInt(64 - to))),
    );
  });
}

/** A pair that agrees in several parts is reported at the first of them only. */
function shareEarlier(keys: readonly Uint32Array[], part: number, first: number, second: number): boolean {
  for (let earlier = 0; earlier < part; earlier++) {
    if (keys[earlier]?.[first] === keys[earlier]?.[second]) return true;
  }
  return false;
}
