import type { Anatomy } from './body.ts';
import type { Canvas } from './canvas.ts';
import { type Blob, blob, grown } from './shapes.ts';
import { CORTICAL_BONE, FAT, MARROW, MUSCLE, type Speckle } from './tissue.ts';

const SKIN = 2.5;
const WALL = 13;

/** The space inside the abdominal wall. */
export function cavityOf({ body, fat }: Anatomy): Blob {
  const [rx, ry] = cavityAxes(body, fat);
  return { ...body, rx, ry, y: body.y - 4 };
}

/** Half its width and height. */
export function cavityAxes(body: Blob, fat: number): [number, number] {
  return [body.rx - fat - WALL, body.ry - fat - WALL];
}

/** How far behind the axis the middle of the vertebra lies. */
export function spineAt({ body, fat }: Anatomy): number {
  return body.ry - fat - 52;
}

/** The table: it stays level however the patient lies. */
export function paintTable(canvas: Canvas, { body }: Anatomy): void {
  canvas.fill(blob(0, body.ry + 9, 200, 2.2), -40);
}

/** Skin, fat, wall and back muscles. */
export function paintWall(canvas: Canvas, anatomy: Anatomy, speckle: Speckle): void {
  const { body, fat } = anatomy;
  canvas.fill(body, 20);
  canvas.fill(grown(body, -SKIN), speckle(FAT, 7));
  canvas.fill(grown(body, -fat), speckle(MUSCLE, 9));
  for (const side of [-1, 1])
    canvas.fill(blob(side * 38, spineAt(anatomy) + 32, 34, 19, side * 0.25), speckle(MUSCLE, 10));
  canvas.fill(cavityOf(anatomy), speckle(FAT, 9), { edge: 2 });
}

/** Ribs, vertebra with its arch, canal and muscles in front of it. */
export function paintBones(canvas: Canvas, anatomy: Anatomy, speckle: Speckle): void {
  const { body, fat } = anatomy;
  for (const turn of [-0.5, -0.12, 0.28, 0.62]) {
    for (const side of [-1, 1]) {
      const angle = side > 0 ? turn : Math.PI - turn;
      const [rx, ry] = [body.rx - fat - 0.6 * WALL, body.ry - fat - 0.6 * WALL];
      const along = Math.atan2(ry * Math.cos(angle), -rx * Math.sin(angle));
      const rib = blob(rx * Math.cos(angle), ry * Math.sin(angle), 10, 4.2, along);
      canvas.fill(rib, CORTICAL_BONE);
      canvas.fill(grown(rib, -2), MARROW - 60);
    }
  }
  const back = spineAt(anatomy);
  for (const side of [-1, 1]) {
    canvas.fill(blob(side * 34, back + 8, 14, 17), speckle(MUSCLE, 8));
    canvas.fill(blob(side * 31, back + 28, 17, 5, side * -0.2), CORTICAL_BONE - 120);
    canvas.fill(blob(side * 10, back + 37, 14, 4.5, side * -0.75), CORTICAL_BONE - 60);
  }
  canvas.fill(blob(0, back + 50, 4.5, 13), CORTICAL_BONE - 120);
  canvas.fill(blob(0, back + 27, 12, 10), 35);
  const vertebra = blob(0, back, 23, 18);
  canvas.fill(vertebra, CORTICAL_BONE);
  canvas.fill(grown(vertebra, -2.5), speckle(MARROW, 25, 2));
}
