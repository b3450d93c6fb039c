import type { Random } from '@radweave/stats';

/** A bulge of an outline: the radius is multiplied by 1 + amplitude · cos(order · angle + phase). */
export interface Harmonic {
  order: number;
  amplitude: number;
  phase: number;
}

/** An ellipse with a bumpy outline. Lengths in mm; x to the patient's left, y to the back. */
export interface Blob {
  x: number;
  y: number;
  rx: number;
  ry: number;
  /** Cosine and sine of the direction of rx. */
  cos: number;
  sin: number;
  bumps: readonly Harmonic[];
  /** Sum of the bumps' amplitudes. */
  bulge: number;
}

/** A straight piece of vessel in mm; z is along the body. */
export interface Tube {
  from: readonly [number, number, number];
  to: readonly [number, number, number];
  radius: number;
}

/** A blob whose rx is turned by `angle` radians. */
export function blob(
  x: number,
  y: number,
  rx: number,
  ry: number,
  angle = 0,
  bumps: readonly Harmonic[] = [],
): Blob {
  const bulge = bumps.reduce((sum, { amplitude }) => sum + Math.abs(amplitude), 0);
  return { x, y, rx, ry, cos: Math.cos(angle), sin: Math.sin(angle), bumps, bulge };
}

/** Random bumps: `amplitude` is the standard deviation of each order, falling with the order. */
export function bumps(random: Random, amplitude: number, orders: readonly number[]): Harmonic[] {
  const [first = 1] = orders;
  return orders.map((order) => ({
    order,
    amplitude: (amplitude * random.normal() * first) / order,
    phase: 2 * Math.PI * random.uniform(),
  }));
}

/** The same outline, `margin` mm further out (inwards when negative). */
export function grown(shape: Blob, margin: number): Blob {
  return { ...shape, rx: Math.max(1, shape.rx + margin), ry: Math.max(1, shape.ry + margin) };
}

/** Distance from the outline in mm, roughly: negative inside. */
export function distanceToBlob(shape: Blob, x: number, y: number): number {
  const { rx, ry, cos, sin } = shape;
  const u = ((x - shape.x) * cos + (y - shape.y) * sin) / rx;
  const v = ((y - shape.y) * cos - (x - shape.x) * sin) / ry;
  // Not Math.hypot: its care for overflow costs more than all else here.
  const radius = Math.sqrt(u * u + v * v);
  const size = Math.min(rx, ry);
  // Far from the outline the bumps do not matter, and angles are costly.
  if (Math.abs(radius - 1) > 0.1 + 3 * shape.bulge || shape.bulge === 0) return (radius - 1) * size;
  const direction = Math.atan2(v, u);
  let outline = 1;
  for (const { order, amplitude, phase } of shape.bumps) {
    outline += amplitude * Math.cos(order * direction + phase);
  }
  return (radius - outline) * size;
}

/** Half the width and height of a box around the centre that holds the whole blob, in mm. */
export function extent({ rx, ry, cos, sin, bulge }: Blob): [number, number] {
  const half = (along: number, across: number): number =>
    Math.sqrt((along * rx) ** 2 + (across * ry) ** 2) * (1 + bulge);
  return [half(cos, sin), half(sin, cos)];
}

/** Distance in mm of a point from a vessel's wall: negative inside. */
export function distanceToTube(tube: Tube, x: number, y: number, z: number): number {
  const x0 = tube.from[0];
  const y0 = tube.from[1];
  const z0 = tube.from[2];
  const dx = tube.to[0] - x0;
  const dy = tube.to[1] - y0;
  const dz = tube.to[2] - z0;
  const along = ((x - x0) * dx + (y - y0) * dy + (z - z0) * dz) / (dx * dx + dy * dy + dz * dz);
  const t = Math.min(1, Math.max(0, along));
  const ox = x - x0 - t * dx;
  const oy = y - y0 - t * dy;
  const oz = z - z0 - t * dz;
  return Math.sqrt(ox * ox + oy * oy + oz * oz) - tube.radius;
}
