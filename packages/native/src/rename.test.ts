import { expect, test } from 'vitest';
import { renameWithRetry } from './rename.ts';

/** A rename that fails so often, with this code. */
function failing(times: number, code: string) {
  const calls: string[] = [];
  const rename = (from: unknown): void => {
    calls.push(String(from));
    if (calls.length <= times) throw Object.assign(new Error(code), { code });
  };
  return { calls, rename };
}

test.each(['EPERM', 'EACCES', 'EBUSY'])('on Windows %s, as of a virus scanner, is waited for', (code) => {
  const { calls, rename } = failing(2, code);
  renameWithRetry('a', 'b', { platform: 'win32', rename });
  expect(calls).toHaveLength(3);
});

test('another fault, and any fault elsewhere, is thrown at once', () => {
  for (const [platform, code] of [
    ['win32', 'ENOENT'],
    ['linux', 'EPERM'],
  ] as const) {
    const { calls, rename } = failing(1, code);
    expect(() => renameWithRetry('a', 'b', { platform, rename })).toThrow(code);
    expect(calls).toHaveLength(1);
  }
});
