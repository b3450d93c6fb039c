import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { ImageFaults } from '../fault.ts';
import { readFault } from '../file.ts';
import type { Resizing } from '../resize/resize.ts';
import { STORE_VERSION } from './layout.ts';

export interface StoreShape {
  /** Pixels of every slice; default: those of the first. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** Resize other slices (bilinear, antialiased) instead of refusing them. */
  readonly resize?: Resizing | undefined;
}

/** Files looked at before the event loop gets a turn: Ctrl-C must be heard within 100 ms. */
const TURN = 512;

/**
 * Names the content a store would have: SHA-256 over the shape asked for and, in order, each file's path, size
 * and times of last change (both mtime, and ctime, which a tool that restores mtime cannot hide).
 *
 * @throws ImageFaults when files cannot be looked at.
 */
export async function storeKey(
  paths: readonly string[],
  shape: StoreShape = {},
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([STORE_VERSION, shape.width ?? null, shape.height ?? null, shape.resize ?? false]),
  );
  const faults = [];
  for (const [i, path] of paths.entries()) {
    if (i % TURN === 0) {
      await setImmediate();
      signal?.throwIfAborted();
    }
    try {
      const { size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
      hash.update(JSON.stringify([path, `${size}`, `${mtimeNs}`, `${ctimeNs}`]));
    } catch (error) {
      faults.push(readFault(path, error).record());
    }
  }
  if (faults.length > 0) throw new ImageFaults(faults);
  return hash.digest('hex');
}
