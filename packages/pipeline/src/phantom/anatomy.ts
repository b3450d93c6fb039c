import type { Random } from '@radweave/stats';
import { drawLesion, type Lesion } from './lesion.ts';
import { type Blob, blob, bumps, type Harmonic, type Tube } from './shapes.ts';

/** What stays the same in all slices and phases of a patient. Lengths in mm. */
export interface Anatomy {
  /** Where the patient lies, from the middle of the table. */
  shift: readonly [number, number];
  body: Blob;
  /** Thickness of the subcutaneous fat. */
  fat: number;
  liver: readonly Blob[];
  spleen: Blob;
  stomach: Blob;
  gas: number;
  kidneys: readonly Blob[];
  gallbladder: Blob;
  bowel: readonly Blob[];
  portal: readonly Tube[];
  veins: readonly Tube[];
  lesion: Lesion;
  /** Small differences of bolus timing and liver: Hounsfield units. */
  timing: number;
  liverBase: number;
  /** Where the textures are read. */
  grain: readonly [number, number];
}

/** Draws a patient of a grade. */
export function drawAnatomy(random: Random, label: number): Anatomy {
  const size = 1 + 0.035 * random.normal();
  const around = (value: number, spread: number): number => size * (value + spread * random.normal());
  const soft = (): Harmonic[] => bumps(random, 0.03, [2, 3, 4]);
  const organ = (x: number, y: number, rx: number, ry: number, angle: number): Blob =>
    blob(around(x, 3), around(y, 3), around(rx, 2), around(ry, 2), angle + 0.06 * random.normal(), soft());
  return {
    shift: [5 * random.normal(), -4 + 4 * random.normal()],
    body: blob(0, 0, around(158, 5), around(114, 4), 0, [
      // Fuller than an ellipse between front and side.
      { order: 4, amplitude: 0.045, phase: Math.PI },
      ...bumps(random, 0.008, [2, 3]),
    ]),
    fat: 11 + 9 * random.uniform(),
    liver: [organ(-76, -6, 74, 76, 0.35), organ(-36, -40, 70, 42, 0.12), organ(18, -54, 44, 25, -0.12)],
    spleen: organ(112, 22, 27, 50, -0.35),
    stomach: organ(70, -38, 50, 34, 0.3),
    gas: random.uniform(),
    kidneys: [organ(-62, 64, 25, 30, 0.35), organ(64, 62, 25, 31, -0.35)],
    gallbladder: organ(-34, 4, 15, 22, 0.5),
    bowel: Array.from({ length: 9 }, (_, i) =>
      organ(-6 + 26 * (i % 4), -14 + 24 * Math.floor(i / 4), 13, 11, random.uniform()),
    ),
    portal: portalTree(random, size),
    veins: hepaticVeins(random, size),
    lesion: scaled(drawLesion(random, label), size),
    timing: random.normal(),
    liverBase: 6 * random.normal(),
    grain: [256 * random.uniform(), 256 * random.uniform()],
  };
}

function scaled(lesion: Lesion, size: number): Lesion {
  return { ...lesion, x: lesion.x * size, y: lesion.y * size, radius: lesion.radius * size };
}

/** The portal vein from the hilum into the right lobe, dividing four times. */
function portalTree(random: Random, size: number): Tube[] {
  const tubes: Tube[] = [];
  const grow = (from: Tube['from'], angle: number, length: number, radius: number, depth: number): void => {
    const rise = 10 * random.normal();
    const to = [
      from[0] + length * Math.cos(angle),
      from[1] + length * Math.sin(angle),
      from[2] + rise,
    ] as const;
    tubes.push({ from, to, radius });
    if (depth === 0) return;
    for (const turn of [-0.55, 0.5]) {
      grow(to, angle + turn + 0.2 * random.normal(), 0.8 * length, 0.72 * radius, depth - 1);
    }
  };
  grow([-14 * size, 2, 4 * random.normal()], Math.PI + 0.1, 36 * size, 6.5, 4);
  grow([-26 * size, 0, 4 * random.normal()], -1.9, 30 * size, 4.5, 3);
  return tubes;
}

/** Three veins that run to the vena cava. */
function hepaticVeins(random: Random, size: number): Tube[] {
  return [-2.75, -2.2, -1.65].map((angle) => {
    const direction = angle + 0.1 * random.normal();
    const z = 14 * random.normal();
    const length = 90 * size;
    const cava = [-22 * size, 34 * size, 0] as const;
    const to = [cava[0] + length * Math.cos(direction), cava[1] + length * Math.sin(direction), z] as const;
    return { from: cava, to, radius: 4 };
  });
}
