import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openWhole } from '../dicom/open.ts';
import { pixelFormat } from './format.ts';
import { decodeFrame } from './frames.ts';

const CORPUS = new URL('../../../../scripts/campaign/fuzz/corpus/dicom/', import.meta.url);

function decode(name: string, ms?: number): number {
  const file = openWhole(fileURLToPath(new URL(name, CORPUS)));
  return decodeFrame(file, pixelFormat(file.dataset), 0, ms).pixels.length;
}

test('a frame on which the decoder never comes back is given up, and the next is decoded', () => {
  expect(decode('htj2k.dcm')).toBe(16 * 12);
  expect(() => decode('htj2k-hangs.dcm', 500)).toThrow(
    'htj2k: not decoded after 0.5 s: the image is damaged',
  );
  expect(decode('htj2k.dcm')).toBe(16 * 12);
});
