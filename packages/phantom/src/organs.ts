import type { Anatomy, Hollow, Organ } from './body.ts';
import type { Canvas } from './canvas.ts';
import { type Blob, blob, grown } from './shapes.ts';
import { type Enhancement, GAS, LUNG, MUSCLE, type Speckle } from './tissue.ts';
import { spineAt } from './wall.ts';

/** A slice that is being painted. */
export interface Painting {
  canvas: Canvas;
  anatomy: Anatomy;
  enhancement: Enhancement;
  /** Distance from the lesion's middle in mm. */
  z: number;
  /** The share of each pixel within the abdominal wall. */
  cavity: Float32Array;
  speckle: Speckle;
}

export function paintOrgans(painting: Painting): void {
  const { canvas, anatomy, enhancement, z, cavity, speckle } = painting;
  const height = anatomy.level + z;
  for (const kidney of anatomy.kidneys) {
    const level = atLevel(kidney, height);
    if (level !== undefined) paintKidney(level, painting);
  }
  for (const loop of anatomy.bowel) paintHollow(loop, 4, painting);
  const spleen = atLevel(anatomy.spleen, height);
  if (spleen !== undefined) canvas.fill(spleen, speckle(enhancement.spleen, 6), { within: cavity });
  paintHollow(anatomy.stomach, 5, painting);
}

/** An organ's outline at a height above the usual level; undefined where it has ended. */
export function atLevel({ outline, middle, half }: Organ, height: number): Blob | undefined {
  const share = 1 - ((height - middle) / half) ** 2;
  if (share < 0.03) return undefined;
  const scale = Math.sqrt(share);
  return { ...outline, rx: outline.rx * scale, ry: outline.ry * scale };
}

/** The bases of the lungs, which hang down behind the liver and the stomach. */
export function paintLungs({ canvas, anatomy, z, cavity, speckle }: Painting): void {
  for (const lung of anatomy.lungs) {
    const level = atLevel(lung, anatomy.level + z);
    if (level !== undefined) canvas.fill(level, speckle(LUNG, 40), { within: cavity, edge: 2.5 });
  }
}

/** Wall, contents, and gas, which rises: it fills the front down to a level surface. */
function paintHollow(organ: Hollow, wall: number, painting: Painting): void {
  const { canvas, anatomy, enhancement, z, cavity, speckle } = painting;
  const outline = atLevel(organ, anatomy.level + z);
  if (outline === undefined) return;
  const brush = { within: cavity };
  canvas.fill(outline, speckle(enhancement.bowel, 8), brush);
  const lumen = grown(outline, -wall);
  const surface = lumen.y - lumen.ry * (1 - 1.7 * organ.gas);
  const contents = speckle(25, 10, 1.5);
  const slope = Math.tan(anatomy.pose.tilt);
  canvas.fill(lumen, (x, y) => (y + slope * (x - lumen.x) < surface ? GAS : contents(x, y)), brush);
}

function paintKidney(kidney: Blob, { canvas, enhancement, speckle, cavity }: Painting): void {
  const { cortex, medulla } = enhancement;
  const brush = { within: cavity };
  canvas.fill(kidney, speckle(cortex, 8), brush);
  const inner = grown(kidney, -6.5);
  const pyramids = (x: number, y: number): number => {
    const column = Math.cos(6 * Math.atan2(y - kidney.y, x - kidney.x));
    return medulla + (cortex - medulla) * Math.max(0, column) ** 2;
  };
  canvas.fill(inner, pyramids, { ...brush, edge: 2.5 });
  const hilum = blob(kidney.x - Math.sign(kidney.x) * 10, kidney.y - 5, 0.42 * kidney.rx, 0.3 * kidney.ry);
  canvas.fill(hilum, speckle(-70, 12), { ...brush, edge: 3 });
}

/** The splenic vein's course behind the pancreas, mm from the middle and from the aorta. */
const SPLENIC_VEIN = [
  [-4, -24],
  [16, -17],
  [38, -19],
  [62, -28],
  [84, -26],
] as const;

/** Aorta with calcified wall, vena cava, crura and the coeliac trunk: before the spine and behind the liver. */
export function paintTrunks({ canvas, anatomy, enhancement, speckle }: Painting): void {
  const front = spineAt(anatomy) - 28;
  for (const side of [-1, 1])
    canvas.fill(blob(side * 16 + 4, front + 8, 5, 15, side * 0.35), speckle(MUSCLE, 6));
  const aorta = blob(8, front, 11, 10.5);
  canvas.fill(aorta, speckle(enhancement.aorta, 4));
  if (anatomy.timing > 0.3) canvas.fill(blob(aorta.x + 8, aorta.y + 6, 2.5, 1.6, 0.9), 600);
  canvas.fill(blob(-24, front - 4, 14, 10, -0.15), speckle(enhancement.cava, 8));
  canvas.tube({ from: [8, front - 9, 0], to: [20, front - 28, 0], radius: 3.2 }, 0, enhancement.aorta);
  canvas.tube({ from: [20, front - 28, 0], to: [38, front - 24, 0], radius: 2.2 }, 0, enhancement.aorta - 40);
  const splenic = SPLENIC_VEIN.map(([x, y]) => [x, front + y, 0] as const);
  for (const [i, to] of splenic.entries()) {
    const from = splenic[i - 1];
    if (from !== undefined) canvas.tube({ from, to, radius: 3.6 - 0.3 * i }, 0, enhancement.portal);
  }
}
