import { createHash } from 'node:crypto';
import type { GrayImage } from './slice.ts';

/** The samples as bytes, in place. Node runs on little-endian machines; 16-bit bytes are low byte first. */
export function sampleBytes(pixels: Uint8Array | Uint16Array): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}

/** SHA-256 of shape, bit depth and decoded pixels, in hex: copies that were only encoded again agree. */
export function contentHash({ width, height, bitDepth, pixels }: GrayImage): string {
  return createHash('sha256')
    .update(`${width}x${height}x${bitDepth}\n`)
    .update(sampleBytes(pixels))
    .digest('hex');
}
