import { expect } from 'vitest';

/** The same kind of array, and the same bits in it. Anything else the runner compares as ever, element by element, and shows. */
function areSameBits(one: unknown, other: unknown): true | undefined {
  if (!ArrayBuffer.isView(one) || !ArrayBuffer.isView(other)) return undefined;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return undefined;
  const [bytes, others] = [one, other].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return bytes?.equals(others ?? new Uint8Array()) || undefined;
}

// Element by element, two equal files of weights take minutes.
expect.addEqualityTesters([areSameBits]);
