import type { Pose } from './body.ts';
import { type Blob, distanceToBlob, distanceToTube, extent, type Tube } from './shapes.ts';

/** Hounsfield units of air, where nothing is painted. */
const AIR = -1000;

/** A tissue's Hounsfield units: one value, or one for each place (x, y in mm and the distance from its outline). */
export type Tissue = number | ((x: number, y: number, distance: number) => number);

export interface Brush {
  /** Width in mm over which the tissue fades in; partial volume makes every border soft. */
  edge?: number;
  /** Share of each pixel that may be painted, as {@link Canvas.mask} gives it. */
  within?: Float32Array;
}

/** A square CT slice in Hounsfield units, painted from back to front in the patient's coordinates (mm). */
export class Canvas {
  readonly side: number;
  readonly hu: Float32Array;
  readonly #mmPerPixel: number;
  readonly #pose: Pose;
  readonly #cos: number;
  readonly #sin: number;
  readonly #fieldOfView: number;

  /**
   * @param fieldOfView width of the image in mm.
   * @param pose how the patient lies in the image.
   * @param hu what is there already; air by default.
   */
  constructor(
    side: number,
    fieldOfView: number,
    pose: Pose,
    hu: Float32Array = new Float32Array(side * side).fill(AIR),
  ) {
    this.side = side;
    this.hu = hu;
    this.#fieldOfView = fieldOfView;
    this.#mmPerPixel = fieldOfView / side;
    this.#pose = pose;
    this.#cos = Math.cos(pose.tilt);
    this.#sin = Math.sin(pose.tilt);
  }

  copy(): Canvas {
    return new Canvas(this.side, this.#fieldOfView, this.#pose, this.hu.slice());
  }

  pixel(x: number, y: number): [column: number, row: number] {
    const { shift } = this.#pose;
    const inPixels = (mm: number): number => mm / this.#mmPerPixel + this.side / 2 - 0.5;
    return [
      inPixels(x * this.#cos - y * this.#sin + shift[0]),
      inPixels(x * this.#sin + y * this.#cos + shift[1]),
    ];
  }

  fill(shape: Blob, tissue: Tissue, brush: Brush = {}): void {
    const edge = brush.edge ?? 1.5;
    this.#each(shape.x, shape.y, extent(shape), edge, (at, x, y) => {
      const distance = distanceToBlob(shape, x, y);
      this.#blend(at, 0.5 - distance / edge, tissue, x, y, distance, brush.within);
    });
  }

  /** Paints the part of a vessel that crosses the slice at `z`. */
  tube(vessel: Tube, z: number, tissue: Tissue, brush: Brush = {}): void {
    const edge = brush.edge ?? 1.5;
    const margin = vessel.radius + edge;
    const [low, high] = [Math.min(vessel.from[2], vessel.to[2]), Math.max(vessel.from[2], vessel.to[2])];
    if (z < low - margin || z > high + margin) return;
    const [x, y] = [(vessel.from[0] + vessel.to[0]) / 2, (vessel.from[1] + vessel.to[1]) / 2];
    const half = [Math.abs(vessel.to[0] - x), Math.abs(vessel.to[1] - y)] as const;
    this.#each(x, y, half, margin, (at, px, py) => {
      const distance = distanceToTube(vessel, px, py, z);
      this.#blend(at, 0.5 - distance / edge, tissue, px, py, distance, brush.within);
    });
  }

  /** Adds to what is there, up to `margin` mm around a blob: `amount` Hounsfield units by distance from its outline. */
  glow(shape: Blob, margin: number, amount: (distance: number) => number, within: Float32Array): void {
    this.#each(shape.x, shape.y, extent(shape), margin, (at, x, y) => {
      this.hu[at] = (this.hu[at] ?? AIR) + amount(distanceToBlob(shape, x, y)) * (within[at] ?? 0);
    });
  }

  /** Paints the share of each pixel that a mask gives. */
  cover(mask: Float32Array, tissue: (x: number, y: number) => number): void {
    const everywhere = this.#fieldOfView;
    this.#each(0, 0, [everywhere, everywhere], 0, (at, x, y) => {
      const share = mask[at] ?? 0;
      if (share <= 0) return;
      const under = this.hu[at] ?? AIR;
      this.hu[at] = under + share * (tissue(x, y) - under);
    });
  }

  /** The share of each pixel that lies in any of the blobs. */
  mask(...shapes: readonly Blob[]): Float32Array {
    const mask = new Float32Array(this.side * this.side);
    for (const shape of shapes) {
      this.#each(shape.x, shape.y, extent(shape), 1, (at, x, y) => {
        const share = Math.min(1, Math.max(0, 0.5 - distanceToBlob(shape, x, y) / 1.5));
        mask[at] = Math.max(mask[at] ?? 0, share);
      });
    }
    return mask;
  }

  #blend(
    at: number,
    cover: number,
    tissue: Tissue,
    x: number,
    y: number,
    distance: number,
    within: Float32Array | undefined,
  ): void {
    const share = Math.min(1, cover) * (within?.[at] ?? 1);
    if (share <= 0) return;
    const under = this.hu[at] ?? AIR;
    const value = typeof tissue === 'number' ? tissue : tissue(x, y, distance);
    this.hu[at] = under + share * (value - under);
  }

  /** Visits the pixels of a box: its middle, half its sides, and a margin, all in mm. */
  #each(
    x: number,
    y: number,
    [halfX, halfY]: readonly [number, number],
    margin: number,
    visit: (at: number, x: number, y: number) => void,
  ): void {
    const last = this.side - 1;
    const [cos, sin] = [this.#cos, this.#sin];
    const [wide, high] = [halfX + margin, halfY + margin];
    const [column, row] = this.pixel(x, y);
    const reach = (Math.abs(cos) * wide + Math.abs(sin) * high) / this.#mmPerPixel;
    const rise = (Math.abs(sin) * wide + Math.abs(cos) * high) / this.#mmPerPixel;
    const left = Math.max(0, Math.floor(column - reach));
    const right = Math.min(last, Math.ceil(column + reach));
    const bottom = Math.min(last, Math.ceil(row + rise));
    const inMm = (pixels: number, axis: 0 | 1): number =>
      (pixels + 0.5 - this.side / 2) * this.#mmPerPixel - this.#pose.shift[axis];
    for (let j = Math.max(0, Math.floor(row - rise)); j <= bottom; j++) {
      const dy = inMm(j, 1);
      for (let i = left; i <= right; i++) {
        const dx = inMm(i, 0);
        visit(j * this.side + i, dx * cos + dy * sin, dy * cos - dx * sin);
      }
    }
  }
}
