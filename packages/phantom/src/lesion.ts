import type { Random } from '@radweave/stats';
import { type Blob, blob, bumps } from './shapes.ts';

/** A liver lesion. Enhancement in Hounsfield units relative to the liver. */
export interface Lesion {
  x: number;
  y: number;
  radius: number;
  /** Ellipse's ratio of axes and its direction. */
  flattening: number;
  angle: number;
  outline: ReturnType<typeof bumps>;
  /** How much brighter than the liver its middle is in each phase. */
  core: { A: number; P: number };
  /** How much brighter its rim is: in A the tumour's living edge, in P its capsule. */
  rim: { A: number; P: number };
  /** Standard deviation of its texture. */
  heterogeneity: { A: number; P: number };
  /** How much darker the very middle is. */
  necrosis: number;
}

/**
 * How far the two grades lie apart in the sign of a phase, in standard deviations. The grades overlap: whoever reads one phase
 * perfectly reaches an AUC of Φ(2.4 / √2) ≈ 0.955.
 */
const SEPARATION = 2.4;

/**
 * Draws a lesion in the main lobe of a liver. A phase shows one sign, as plain as that of the other. In A the rim of grade 1
 * enhances early around an uneven, darker middle; in P grade 1 is washed out within a bright capsule; grade 0 nearly equals the
 * liver in both. Size, place, outline and necrosis tell nothing.
 */
export function drawLesion(random: Random, label: number, lobe: Blob): Lesion {
  // Within a grade they correlate by -0.5: where one sign misleads, the other tends to be clear, so that fusing gains.
  const common = random.normal();
  const sign = (share: number): number =>
    squash(SEPARATION * (label - 0.5) + Math.SQRT1_2 * (share * common + random.normal()));
  const [early, late] = [sign(1), sign(-1)];
  const away = 0.36 * Math.sqrt(random.uniform());
  const direction = 2 * Math.PI * random.uniform();
  const around = (mean: number, spread: number): number => mean + spread * random.normal();
  return {
    x: lobe.x + away * lobe.rx * Math.cos(direction),
    y: lobe.y + away * lobe.ry * Math.sin(direction),
    radius: 32 + 14 * random.uniform(),
    flattening: 0.78 + 0.22 * random.uniform(),
    angle: Math.PI * random.uniform(),
    outline: [...bumps(random, 0.05, [2, 3]), ...bumps(random, 0.05, [5, 7, 9, 11])],
    core: { A: around(-4 - 30 * early, 20), P: around(10 - 50 * late, 20) },
    rim: { A: 160 * early, P: 160 * late },
    heterogeneity: { A: 4 + 60 * early, P: 4 + 60 * late },
    necrosis: 40 * random.uniform() ** 2,
  };
}

/** Its outline `z` mm from its middle. */
export function lesionOutline(lesion: Lesion, z: number): Blob {
  const radius = Math.sqrt(Math.max(1, lesion.radius ** 2 - z ** 2));
  const turned = lesion.outline.map((bump) => ({ ...bump, phase: bump.phase + 0.02 * bump.order * z }));
  return blob(lesion.x, lesion.y, radius, radius * lesion.flattening, lesion.angle, turned);
}

/** Monotone, from 0 to 1, 0.5 at 0. */
function squash(value: number): number {
  return 1 / (1 + Math.exp(-1.6 * value));
}
