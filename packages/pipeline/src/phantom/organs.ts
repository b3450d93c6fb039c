import type { Anatomy } from './anatomy.ts';
import type { Canvas } from './canvas.ts';
import { type Blob, blob, grown } from './shapes.ts';
import { type Enhancement, GAS, MUSCLE, type Speckle } from './tissue.ts';
import { spineAt } from './wall.ts';

/** Organs other than the liver, and the large vessels before the spine. */
export function paintOrgans(
  canvas: Canvas,
  anatomy: Anatomy,
  enhancement: Enhancement,
  z: number,
  cavity: Float32Array,
  speckle: Speckle,
): void {
  const { spleen, stomach, gas, kidneys, bowel } = anatomy;
  const brush = { within: cavity };
  for (const kidney of kidneys) paintKidney(canvas, atLevel(kidney, z, 60), enhancement, speckle, cavity);
  for (const loop of bowel) {
    const level = atLevel(loop, z + loop.x / 4, 45);
    canvas.fill(level, speckle(enhancement.bowel, 10), brush);
    canvas.fill(grown(level, -4.5), speckle(28, 12), brush);
  }
  canvas.fill(atLevel(spleen, z, 80), speckle(enhancement.spleen, 6), brush);
  const bag = atLevel(stomach, z, 90);
  canvas.fill(bag, speckle(enhancement.bowel, 8), brush);
  const lumen = grown(bag, -5);
  // Gas rises: it fills the stomach's front down to a level surface.
  const level = lumen.y - lumen.ry * (0.75 - 0.6 * gas);
  const contents = speckle(25, 10, 1.5);
  canvas.fill(lumen, (x, y) => (y < level ? GAS : contents(x, y)), brush);
  paintTrunks(canvas, anatomy, enhancement, speckle);
}

/** A blob's outline `z` mm above or below its middle, `half` being half its height. */
export function atLevel(shape: Blob, z: number, half: number): Blob {
  const share = Math.sqrt(Math.max(0.05, 1 - (z / half) ** 2));
  return { ...shape, rx: shape.rx * share, ry: shape.ry * share };
}

function paintKidney(
  canvas: Canvas,
  kidney: Blob,
  { cortex, medulla }: Enhancement,
  speckle: Speckle,
  cavity: Float32Array,
): void {
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

/** Aorta with calcified wall, vena cava, crura and the coeliac trunk. */
function paintTrunks(canvas: Canvas, anatomy: Anatomy, enhancement: Enhancement, speckle: Speckle): void {
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
