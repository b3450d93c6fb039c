import { Random } from '@radweave/stats';

/** Side of a texture in samples: a power of two, so that coordinates wrap by masking. */
const SIDE = 256;
const MASK = SIDE - 1;

/** A periodic random field with mean 0 and variance 1. */
export class Texture {
  readonly #values: Float32Array;

  constructor(values: Float32Array) {
    this.#values = standardised(values);
  }

  /** The value at a whole coordinate or between (the next lower one). */
  at(x: number, y: number): number {
    return this.#values[(Math.floor(y) & MASK) * SIDE + (Math.floor(x) & MASK)] ?? 0;
  }
}

/** Tissue: value noise (Perlin's lattice idea) summed over octaves whose cells are 64, 32, 16 and 8 samples wide. */
export function cloudTexture(seed: number, name: string): Texture {
  const random = new Random(seed, `phantom/texture/${name}`);
  const values = new Float32Array(SIDE * SIDE);
  for (const cell of [64, 32, 16, 8]) addOctave(values, cell, Math.sqrt(cell / 64), random);
  return new Texture(values);
}

/** Quantum noise of a CT image: white noise smoothed over `correlation` samples by the reconstruction kernel. */
export function grainTexture(seed: number, name: string, correlation: number): Texture {
  const random = new Random(seed, `phantom/grain/${name}`);
  const white = Float32Array.from({ length: SIDE * SIDE }, () => random.normal());
  return new Texture(blurred(white, SIDE, correlation, true));
}

function addOctave(values: Float32Array, cell: number, weight: number, random: Random): void {
  const cells = SIDE / cell;
  const lattice = Float32Array.from({ length: cells * cells }, () => random.normal());
  const corner = (row: number, column: number): number =>
    lattice[(row % cells) * cells + (column % cells)] ?? 0;
  for (let y = 0; y < SIDE; y++) {
    const row = Math.floor(y / cell);
    const fy = smooth((y % cell) / cell);
    for (let x = 0; x < SIDE; x++) {
      const column = Math.floor(x / cell);
      const fx = smooth((x % cell) / cell);
      const top = corner(row, column) * (1 - fx) + corner(row, column + 1) * fx;
      const bottom = corner(row + 1, column) * (1 - fx) + corner(row + 1, column + 1) * fx;
      const at = y * SIDE + x;
      values[at] = (values[at] ?? 0) + weight * (top * (1 - fy) + bottom * fy);
    }
  }
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function standardised(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance));
}

/**
 * Gaussian blur of a square image.
 *
 * @param sigma in samples.
 * @param wrap whether the image repeats beyond its edges; else the edge sample does.
 */
export function blurred(image: Float32Array, side: number, sigma: number, wrap: boolean): Float32Array {
  if (sigma <= 0) return image;
  const half = Math.ceil(3 * sigma);
  const kernel = Float64Array.from({ length: 2 * half + 1 }, (_, i) =>
    Math.exp(-((i - half) ** 2) / (2 * sigma ** 2)),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  const place = (i: number): number =>
    wrap ? ((i % side) + side) % side : Math.min(side - 1, Math.max(0, i));
  const places = Int32Array.from({ length: side + 2 * half }, (_, i) => place(i - half));
  const pass = (from: Float32Array, step: number, line: number): Float32Array => {
    const to = new Float32Array(from.length);
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) {
        let total = 0;
        for (let k = 0; k < kernel.length; k++) {
          total += (kernel[k] ?? 0) * (from[i * line + (places[j + k] ?? 0) * step] ?? 0);
        }
        to[i * line + j * step] = total / sum;
      }
    }
    return to;
  };
  return pass(pass(image, 1, side), side, 1);
}
