import { expect, test } from 'vitest';
import { isBetter, isExhausted } from './early-stop.ts';

const candidate = (score: number | null, loss = 1, epoch = 1) => ({ epoch, score, loss });

test.each([
  ['a higher score wins whatever the loss', candidate(0.8, 9), candidate(0.7, 1), true],
  ['a lower score does not win by its loss', candidate(0.7, 1), candidate(0.8, 9), false],
  ['of equal scores the lower loss wins', candidate(0.8, 1), candidate(0.8, 2), true],
  ['of equal scores and losses the earlier epoch stays', candidate(0.8, 1), candidate(0.8, 1), false],
  ['an undefined score never wins', candidate(null), null, false],
  ['nor does NaN', candidate(Number.NaN), candidate(null), false],
  ['anything wins over an undefined score', candidate(0.1, 9), candidate(null, 0), true],
  ['the first epoch with a score is the best', candidate(0.1), null, true],
])('%s', (_, a, b, expected) => {
  expect(isBetter(a, b)).toBe(expected);
});

test('patience counts epochs since the best one, or since the start where there is none', () => {
  expect(isExhausted(4, candidate(0.8, 1, 2), 3)).toBe(false);
  expect(isExhausted(5, candidate(0.8, 1, 2), 3)).toBe(true);
  expect(isExhausted(2, null, 3)).toBe(false);
  expect(isExhausted(3, null, 3)).toBe(true);
});
