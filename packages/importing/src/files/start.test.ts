import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { readStart } from './start.ts';

test('a file is read whole, though each call gives a part of it', () => {
  const path = join(tempDir(), 'slice');
  writeFileSync(path, 'abcdefghij');
  const { readSync } = fs;
  const part = (handle: number, into: Uint8Array, at: number, length: number, place: number): number =>
    readSync(handle, into, at, Math.min(length, 3), place);
  Object.assign(fs, { readSync: part });
  syncBuiltinESMExports();
  try {
    const { bytes, size } = readStart(path);
    expect([Buffer.from(bytes).toString(), size]).toEqual(['abcdefghij', 10]);
    expect(Buffer.from(readStart(path, 4).bytes).toString()).toBe('abcd');
  } finally {
    Object.assign(fs, { readSync });
    syncBuiltinESMExports();
  }
});
