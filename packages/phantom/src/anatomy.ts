import type { Random } from '@radweave/stats';
import type { Anatomy, Hollow, Organ } from './body.ts';
import { drawLesion } from './lesion.ts';
import { blob, bumps, type Harmonic, type Tube } from './shapes.ts';
import { cavityAxes } from './wall.ts';

/** Half the width and height of the usual cavity: what organs' usual places and sizes are given for. */
const USUAL_CAVITY = [130, 86] as const;

/** A normal number, not more than two standard deviations away. */
function usually(random: Random, mean: number, spread: number): number {
  return mean + spread * Math.max(-2, Math.min(2, random.normal()));
}

/** Draws a patient of a grade. No two are alike in build, in how they lie, in the level, or in what fills the bowel. */
export function drawAnatomy(random: Random, label: number): Anatomy {
  const build = usually(random, 1, 0.07);
  const body = blob(0, 0, 158 * build, 114 * build * usually(random, 1, 0.085), 0, [
    // Fuller than an ellipse between front and side.
    { order: 4, amplitude: usually(random, 0.04, 0.012), phase: Math.PI },
    ...bumps(random, 0.012, [2, 3]),
  ]);
  const fat = 6 + 26 * random.uniform() ** 1.5;
  const [rx, ry] = cavityAxes(body, fat);
  const stretch = [rx / USUAL_CAVITY[0], ry / USUAL_CAVITY[1]] as const;
  const organs = new OrganDrawer(random, stretch);
  const hepatic = usually(random, 1, 0.09);
  const lobe = (x: number, y: number, across: number, along: number, angle: number, half: number): Organ =>
    organs.draw([x, y], [hepatic * across, hepatic * along], angle, 5, half);
  const main = lobe(-72, -6, 70, 74, 0.35, 95);
  const left = usually(random, 1, 0.25);
  const lesion = drawLesion(random, label, main.outline);
  return {
    pose: {
      shift: [usually(random, -lesion.x, 16), usually(random, -lesion.y, 16)],
      tilt: 0.08 * random.normal(),
    },
    body,
    fat,
    level: -55 + 110 * random.uniform(),
    lungs: [organs.draw([-92, 34], [40, 52], 0.3, 75, 50), organs.draw([84, 24], [46, 56], -0.3, 70, 50)],
    liver: [main, lobe(-36, -38, 66, 40, 0.12, 90), lobe(14, -50, 44 * left, 25 * left, -0.12, 75)],
    spleen: organs.draw([106, 22], [25, 46], -0.35, 10, 70),
    stomach: { ...stomachOf(random, organs), gas: random.uniform() },
    kidneys: [
      organs.draw([-60, 56], [24, 29], 0.35, -32, 56),
      organs.draw([62, 54], [24, 30], -0.35, -22, 58),
    ],
    gallbladder: organs.draw([-34, 4], [15, 22], 0.5, -22, 34),
    bowel: bowelOf(random, organs),
    portal: portalTree(random, stretch),
    veins: hepaticVeins(random, stretch),
    lesion,
    timing: random.normal(),
    liverBase: 8 * random.normal(),
    nodularity: 2 + 14 * random.uniform() ** 2,
    grain: [256 * random.uniform(), 256 * random.uniform()],
  };
}

/** Draws organs near their usual place and size, stretched to the patient's cavity. */
class OrganDrawer {
  private readonly random: Random;
  private readonly stretch: readonly [number, number];

  constructor(random: Random, stretch: readonly [number, number]) {
    this.random = random;
    this.stretch = stretch;
  }

  draw(
    [x, y]: readonly [number, number],
    [rx, ry]: readonly [number, number],
    angle: number,
    middle: number,
    half: number,
  ): Organ {
    const { random, stretch } = this;
    const size = usually(random, 1, 0.1);
    const outline = blob(
      stretch[0] * usually(random, x, 6),
      stretch[1] * usually(random, y, 6),
      stretch[0] * rx * size * usually(random, 1, 0.06),
      stretch[1] * ry * size * usually(random, 1, 0.06),
      angle + 0.12 * random.normal(),
      softBumps(random),
    );
    return { outline, middle: usually(random, middle, 8), half: half * size };
  }
}

function softBumps(random: Random): Harmonic[] {
  return bumps(random, 0.035, [2, 3, 4]);
}

/** From collapsed to full. */
function stomachOf(random: Random, organs: OrganDrawer): Organ {
  const fill = 0.45 + 0.75 * random.uniform();
  return organs.draw([68, -34], [50 * fill, 40 * fill], 0.3, 15, 75);
}

/** Loops of small bowel and, in front and at the sides, the wider colon. */
function bowelOf(random: Random, organs: OrganDrawer): Hollow[] {
  const loops = Array.from({ length: 9 }, (_, i) => {
    const place = [-6 + 26 * (i % 4) + 6 * random.normal(), -14 + 24 * Math.floor(i / 4)] as const;
    return { ...organs.draw(place, [13, 11], random.uniform(), -35, 50), gas: 1.6 * random.uniform() - 1 };
  });
  const colon = [
    [18, -62],
    [62, -58],
    [-40, -66],
    [108, -30],
  ].map(([x = 0, y = 0]) => {
    const wide = 14 + 14 * random.uniform();
    const middle = -50 + 45 * random.uniform();
    return { ...organs.draw([x, y], [1.3 * wide, wide], random.normal(), middle, 40), gas: random.uniform() };
  });
  return [...loops, ...colon];
}

/** The portal vein from the hilum into the right lobe, dividing four times. */
function portalTree(random: Random, [wide, deep]: readonly [number, number]): Tube[] {
  const tubes: Tube[] = [];
  const grow = (from: Tube['from'], angle: number, length: number, radius: number, depth: number): void => {
    const rise = 10 * random.normal();
    const to = [
      from[0] + wide * length * Math.cos(angle),
      from[1] + deep * length * Math.sin(angle),
      from[2] + rise,
    ] as const;
    tubes.push({ from, to, radius });
    if (depth === 0) return;
    for (const turn of [-0.55, 0.5]) {
      grow(to, angle + turn + 0.25 * random.normal(), 0.8 * length, 0.72 * radius, depth - 1);
    }
  };
  const hilum = 5 * random.normal();
  grow([-14 * wide, 2 * deep + hilum, 6 * random.normal()], Math.PI + 0.2 * random.normal(), 36, 6.5, 4);
  grow([-26 * wide, hilum, 6 * random.normal()], -1.9 + 0.2 * random.normal(), 30, 4.5, 3);
  return tubes;
}

/** Three veins that run to the vena cava. */
function hepaticVeins(random: Random, [wide, deep]: readonly [number, number]): Tube[] {
  return [-2.75, -2.2, -1.65].map((angle) => {
    const direction = angle + 0.15 * random.normal();
    const z = 18 * random.normal();
    const cava = [-22 * wide, 34 * deep, 0] as const;
    const to = [
      cava[0] + 90 * wide * Math.cos(direction),
      cava[1] + 90 * deep * Math.sin(direction),
      z,
    ] as const;
    return { from: cava, to, radius: 4 };
  });
}
