import { expect, test } from 'vitest';
import { drawnPoints, type MapPoint } from './map.ts';

function points(n: number): MapPoint[] {
  return Array.from({ length: n }, (_, i) => ({
    ...{ x: i, y: i, patient: String(i).padStart(5, '0'), label: `grade${i % 2}` },
    hospital: i === 7 ? 'small' : i % 5 === 0 ? 'SY' : 'JM',
    split: i % 5 === 0 ? 'test' : 'train',
  }));
}

test('all of few points are drawn, and of many about the same share of each group', () => {
  const few = points(2000);
  expect(drawnPoints(few)).toBe(few);
  const many = points(20_000);
  const drawn = drawnPoints(many);
  expect(drawn.length).toBeLessThanOrEqual(2001);
  expect(drawn.length).toBeGreaterThan(1990);
  const shareOf = (some: readonly MapPoint[], hospital: string): number =>
    some.filter((one) => one.hospital === hospital).length / some.length;
  expect(shareOf(drawn, 'SY')).toBeCloseTo(shareOf(many, 'SY'), 2);
  // Nobody is left out because he is alone.
  expect(drawn.filter(({ hospital }) => hospital === 'small')).toEqual([many[7]]);
  expect(drawn.map(({ x }) => x)).toEqual(drawn.map(({ x }) => x).sort((a, b) => a - b));
  expect(drawnPoints(many)).toEqual(drawn);
  // Names in a row are no pattern: neither half of the cohort has more.
  expect(Math.abs(drawn.filter(({ x }) => x < 10_000).length / drawn.length - 0.5)).toBeLessThan(0.05);
});
