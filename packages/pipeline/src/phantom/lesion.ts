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
  /** What has nothing to do with the grade. */
  offset: { A: number; P: number };
  /** Arterial enhancement of the rim. */
  rim: number;
  /** How much darker than the liver it becomes in the portal phase. */
  washout: number;
  /** Standard deviation of its texture. */
  heterogeneity: number;
  /** Standard deviation of the texture of the liver around it. */
  nodularity: number;
  /** How much darker its middle is. */
  necrosis: number;
}

/**
 * How far the two grades lie apart in each trait, in standard deviations: every single trait overlaps (AUC Φ(2.4/√2) ≈ 0.95),
 * a reader of all of them can do better.
 */
const SEPARATION = 2.4;

/**
 * Draws a lesion. Grade 1 tends to rim enhancement, washout, heterogeneity and an irregular margin; grade 0 to a smooth
 * homogeneous one. The liver around it tends to be nodular. Each
 * trait is drawn by itself, so that the grades overlap in every one.
 */
export function drawLesion(random: Random, label: number): Lesion {
  const trait = (): number => squash(random.normal() + SEPARATION * (label - 0.5));
  const [rim, washout, heterogeneity, margin, nodularity] = [trait(), trait(), trait(), trait(), trait()];
  return {
    x: -78 + 14 * random.normal(),
    y: -12 + 12 * random.normal(),
    radius: 28 + 12 * random.uniform(),
    flattening: 0.82 + 0.18 * random.uniform(),
    angle: Math.PI * random.uniform(),
    outline: [
      ...bumps(random, 0.02 + 0.05 * margin, [2, 3]),
      ...bumps(random, 0.01 + 0.13 * margin, [5, 7, 9, 11]),
    ],
    offset: { A: 6 + 12 * random.normal(), P: -16 + 12 * random.normal() },
    rim: 150 * rim,
    washout: 50 * washout,
    heterogeneity: 2 + 60 * heterogeneity,
    nodularity: 2 + 28 * nodularity,
    necrosis: 40 * heterogeneity * random.uniform(),
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
  return 1 / (1 + Math.exp(-1.2 * value));
}
