import type { Anatomy } from './body.ts';
import type { Texture } from './texture.ts';

/** Contrast phases that the phantom knows: arterial and portal venous. */
export type Phase = 'A' | 'P';

export const PHASES: readonly Phase[] = ['A', 'P'];

/** What enhances, in Hounsfield units: arteries are bright in A, liver and veins catch up in P. */
export interface Enhancement {
  aorta: number;
  cava: number;
  portal: number;
  vein: number;
  liver: number;
  spleen: number;
  cortex: number;
  medulla: number;
  bowel: number;
}

const ENHANCEMENT: Readonly<Record<Phase, Enhancement>> = {
  A: {
    aorta: 310,
    cava: 95,
    portal: 150,
    vein: 66,
    liver: 74,
    spleen: 135,
    cortex: 205,
    medulla: 85,
    bowel: 70,
  },
  P: {
    aorta: 165,
    cava: 160,
    portal: 152,
    vein: 146,
    liver: 112,
    spleen: 122,
    cortex: 190,
    medulla: 170,
    bowel: 85,
  },
};

/** Enhancement of this patient: the bolus comes a little early or late. */
export function enhancementOf(anatomy: Anatomy, phase: Phase): Enhancement {
  const usual = ENHANCEMENT[phase];
  const timing = 1 + 0.07 * anatomy.timing;
  return {
    ...usual,
    aorta: usual.aorta * timing,
    portal: usual.portal * timing,
    liver: usual.liver + anatomy.liverBase,
  };
}

/** What does not enhance. */
export const FAT = -105;
export const MUSCLE = 58;
export const WATER = 8;
export const GAS = -850;
export const LUNG = -780;
export const CORTICAL_BONE = 420;
export const MARROW = 190;

/** A tissue with texture: mean and standard deviation in Hounsfield units, grains per mm relative to the liver's. */
export type Speckle = (mean: number, spread: number, fineness?: number) => (x: number, y: number) => number;

/** Reads the cohort's texture at the patient's own place, moving slowly from slice to slice. */
export function speckleOf(anatomy: Anatomy, z: number, texture: Texture): Speckle {
  const [gx, gy] = anatomy.grain;
  return (mean, spread, fineness = 1) => {
    const scale = 3 * fineness;
    return (x, y) =>
      mean +
      (spread / Math.SQRT2) *
        (texture.at(scale * x + gx + 1.5 * z, scale * y + gy) +
          texture.at(scale * y - gy, gx - scale * x + 1.5 * z));
  };
}
