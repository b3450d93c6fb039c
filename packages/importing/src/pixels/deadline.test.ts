import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseFile } from '../dicom/open.ts';
import { pixelFormat } from './format.ts';
import { decodeFrame } from './frames.ts';

const FILE = new URL('../../../../scripts/campaign/fuzz/corpus/dicom/htj2k.dcm', import.meta.url);

function decode(bytes: Buffer, ms?: number): number {
  const file = parseFile(bytes);
  return decodeFrame(file, pixelFormat(file.dataset), 0, ms).pixels.length;
}

test('a frame on which the decoder never comes back is given up, and the next is decoded', () => {
  const whole = readFileSync(FILE);
  expect(decode(whole)).toBe(16 * 12);
  const damaged = Buffer.from(whole);
  // Two bytes of coefficients, as fuzzing found them.
  damaged.set([0xff, 0xfe], 736);
  expect(() => decode(damaged, 500)).toThrow('htj2k: not decoded after 0.5 s: the image is damaged');
  expect(decode(whole)).toBe(16 * 12);
});
