import type { Lesion } from './lesion.ts';
import type { Blob, Tube } from './shapes.ts';

export interface Pose {
  /** Where the patient's axis lies, in mm from the middle of the image: the field of view is set near the lesion. */
  shift: readonly [number, number];
  /** How far the patient is rolled to a side, in radians. */
  tilt: number;
}

/** An organ that reaches from `middle - half` to `middle + half` along the body; its outline is that at its middle. */
export interface Organ {
  outline: Blob;
  /** Height above the usual level of the slices in mm. */
  middle: number;
  half: number;
}

/** An organ with contents: gas fills its front down to this share of its depth. */
export interface Hollow extends Organ {
  gas: number;
}

/** What stays the same in all slices and phases of a patient. Lengths in mm. */
export interface Anatomy {
  pose: Pose;
  body: Blob;
  fat: number;
  /** How far above the usual level the middle of the lesion lies. */
  level: number;
  lungs: readonly Organ[];
  liver: readonly Organ[];
  spleen: Organ;
  stomach: Hollow;
  kidneys: readonly Organ[];
  gallbladder: Organ;
  bowel: readonly Hollow[];
  portal: readonly Tube[];
  veins: readonly Tube[];
  lesion: Lesion;
  /** Small differences of bolus timing and liver: Hounsfield units. */
  timing: number;
  liverBase: number;
  /** Standard deviation of the texture of the liver: fatty or cirrhotic ones are coarse. */
  nodularity: number;
  /** Where the textures are read. */
  grain: readonly [number, number];
}
