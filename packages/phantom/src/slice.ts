import type { Anatomy } from './body.ts';
import { Canvas } from './canvas.ts';
import { paintLiver } from './liver.ts';
import { paintLungs, paintOrgans, paintTrunks } from './organs.ts';
import type { Texture } from './texture.ts';
import { enhancementOf, type Phase, speckleOf } from './tissue.ts';
import { cavityOf, paintBones, paintTable, paintWall } from './wall.ts';

/** What is the same in all slices of a patient: table and abdominal wall, and the share of each pixel within it. */
export interface Backdrop {
  canvas: Canvas;
  cavity: Float32Array;
}

/**
 * Paints what is the same in all slices of a patient.
 *
 * @param side pixels.
 * @param fieldOfView width of the image in mm.
 */
export function paintBackdrop(
  anatomy: Anatomy,
  side: number,
  fieldOfView: number,
  texture: Texture,
): Backdrop {
  const { pose } = anatomy;
  const table = new Canvas(side, fieldOfView, { ...pose, tilt: 0 });
  paintTable(table, anatomy);
  const canvas = new Canvas(side, fieldOfView, pose, table.hu);
  paintWall(canvas, anatomy, speckleOf(anatomy, 0, texture));
  return { canvas, cavity: canvas.mask(cavityOf(anatomy)) };
}

/**
 * Paints a slice in Hounsfield units, without the scanner's blur and noise.
 *
 * @param z distance from the lesion's middle in mm.
 */
export function paintSlice(
  anatomy: Anatomy,
  backdrop: Backdrop,
  phase: Phase,
  z: number,
  texture: Texture,
): Canvas {
  const canvas = backdrop.canvas.copy();
  const speckle = speckleOf(anatomy, z, texture);
  const enhancement = enhancementOf(anatomy, phase);
  const painting = { canvas, anatomy, enhancement, z, cavity: backdrop.cavity, speckle };
  paintLungs(painting);
  paintOrgans(painting);
  paintLiver(painting, phase);
  paintTrunks(painting);
  paintBones(canvas, anatomy, speckle);
  return canvas;
}
