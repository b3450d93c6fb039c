import { assemble, kernelsOf } from '../wasm/assemble.ts';
import { pitchOf, ROWS, startMasks, wavefront } from './wavefront-code.ts';

/** Longer rows are left to others: the memory must hold 16 of them three times. */
const LONGEST_ROW = 1 << 16;
/** Filtered bytes that are taken at once, unless 16 rows are more: so few stay in a core's cache. */
const AT_ONCE = 1 << 17;

/** Where the masks end and filtered bytes begin; by as much every part of the memory may be overrun. */
const RAW = 1 << 13;
const PART = ROWS * LONGEST_ROW + RAW;
/** Where the kernel's working copy and plain rows begin. */
const COPY = RAW + PART;
const PLAIN = COPY + PART;
const MEMORY = PLAIN + PART;

/** By bytes per pixel; null where the engine cannot run it. */
const kernelOf = kernelsOf((step: number) => {
  const made = assemble(wavefront(step, MEMORY));
  made?.memory.set(startMasks(step));
  return made;
});

/**
 * Undoes row filters 16 rows at a time, as `unfilter` does one by one, into `out`. Every filter byte must be right.
 *
 * @returns false when it cannot, with nothing done.
 */
export function undoTogether(
  raw: Uint8Array,
  offset: number,
  rows: number,
  rowBytes: number,
  step: number,
  out: Uint8Array,
): boolean {
  const kernel = rowBytes < LONGEST_ROW ? kernelOf(step) : null;
  if (kernel === null) return false;
  const { memory, run } = kernel;
  const stride = rowBytes + 1;
  const pitch = pitchOf(rowBytes, step);
  // The row above the first one counts as zero.
  memory.fill(0, COPY + (ROWS - 1) * pitch, COPY + ROWS * pitch);
  const most = Math.max(1, Math.floor(AT_ONCE / stride / ROWS)) * ROWS;
  for (let row = 0; row < rows; row += most) {
    const count = Math.min(most, rows - row);
    const from = offset + row * stride;
    memory.set(raw.subarray(from, from + count * stride), RAW);
    for (let i = 0; i < count; i += ROWS) {
      run(RAW + i * stride, PLAIN + i * rowBytes, rowBytes, COPY, pitch);
    }
    out.set(memory.subarray(PLAIN, PLAIN + count * rowBytes), row * rowBytes);
  }
  return true;
}
