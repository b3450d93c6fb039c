/** One PNG filter undone: `count` bytes of `raw` at `from` become `out` at `to`, `step` bytes per pixel. */
export type Unfilter = (
  raw: Uint8Array,
  from: number,
  above: Uint8Array,
  up: number,
  out: Uint8Array,
  to: number,
  count: number,
  step: number,
) => void;
