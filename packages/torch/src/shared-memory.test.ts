import { expect, test } from 'vitest';
import { SharedMemory } from './shared-memory.ts';

const MiB = 2 ** 20;

test('pieces lie in shared memory and apart from each other, empty ones too; taken back, the same memory is given again', () => {
  const memory = new SharedMemory();
  const cut = (): Uint8Array[] => [0, 5, 64, 0, 40 * MiB, 40 * MiB, 100 * MiB, 3].map((n) => memory.take(n));
  const pieces = cut();
  for (const [i, piece] of pieces.entries()) {
    expect(piece.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(piece.byteOffset % 64).toBe(0);
    const after = pieces.slice(i + 1).filter(({ buffer }) => buffer === piece.buffer);
    expect(after.every(({ byteOffset }) => byteOffset > piece.byteOffset)).toBe(true);
    expect(after.every(({ byteOffset }) => byteOffset >= piece.byteOffset + piece.byteLength)).toBe(true);
  }
  expect(pieces.map(({ byteLength }) => byteLength)).toEqual([0, 5, 64, 0, 40 * MiB, 40 * MiB, 100 * MiB, 3]);
  memory.reset();
  const again = cut();
  expect(again.map(({ byteOffset }) => byteOffset)).toEqual(pieces.map(({ byteOffset }) => byteOffset));
  expect(again.every(({ buffer }, i) => buffer === pieces[i]?.buffer)).toBe(true);
});
