import { expect, test } from 'vitest';
import { parseFile } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { FileFault } from '../files/fault.ts';
import type { Frame } from '../series/frames.ts';
import type { Image } from '../series/image.ts';
import type { Stack } from '../series/stack.ts';
import { type MadeUp, madeUpDicom } from '../testing/made-up.ts';
import { contourPixels } from './contours.ts';

/** One axial slice with pixels of 1 mm. */
function stackOf(rows = 16, columns = 16): Stack {
  const frame = {
    position: [0, 0, 0],
    directions: [
      [1, 0, 0],
      [0, 1, 0],
    ],
    spacing: [1, 1],
    thickness: 5,
  } as unknown as Frame;
  return { slices: [{ image: { rows, columns } as Image, frame, at: 0 }], distance: 5 } as unknown as Stack;
}

function filledBy(numbers: string, stack = stackOf()): number {
  const contour: MadeUp = {
    [TAG.contourType]: ['CS', 'CLOSED_PLANAR'],
    [TAG.contourPoints]: ['UN', Buffer.from(numbers)],
  };
  const file = madeUpDicom({
    [TAG.regions]: ['SQ', [{ [TAG.regionNumber]: ['IS', '1'], [TAG.regionName]: ['LO', 'GTV'] }]],
    [TAG.regionContours]: [
      'SQ',
      [{ [TAG.contours]: ['SQ', [contour]], [TAG.referencedRegion]: ['IS', '1'] }],
    ],
  });
  const [pixels] = contourPixels(parseFile(file).dataset, null, stack);
  return pixels?.reduce((sum, one) => sum + one, 0) ?? 0;
}

const SQUARE = '1.5\\1.5\\0\\5.5\\1.5\\0\\5.5\\5.5\\0\\1.5\\5.5\\0';

test('a square of four pixels, also of so many points that no call could take them', () => {
  expect(filledBy(SQUARE)).toBe(16);
  expect(filledBy(`${'1.5\\1.5\\0\\'.repeat(300_000)}${SQUARE}`)).toBe(16);
});

test.each([
  ['numbers that are none', SQUARE.replaceAll('5.5\\1.5\\0', 'x\\y\\z'), stackOf()],
  ['two coordinates', '1\\2', stackOf()],
  ['a slice that declares more pixels than there can be', SQUARE, stackOf(65_535, 65_535)],
])('refused: %s', (_, numbers, stack) => {
  expect(() => filledBy(numbers, stack)).toThrow(FileFault);
});
