import { lesionOutline } from './lesion.ts';
import { atLevel, type Painting } from './organs.ts';
import { grown } from './shapes.ts';
import { type Phase, WATER } from './tissue.ts';

/** The liver with gallbladder, vessels and the lesion. */
export function paintLiver(painting: Painting, phase: Phase): void {
  const { canvas, anatomy, enhancement, z, cavity, speckle } = painting;
  const height = anatomy.level + z;
  const lobes = anatomy.liver.flatMap((lobe) => atLevel(lobe, height) ?? []);
  const inside = canvas.mask(...lobes).map((share, i) => share * (cavity[i] ?? 0));
  canvas.cover(inside, speckle(enhancement.liver, anatomy.nodularity, 1.5));
  for (const vessel of anatomy.veins) canvas.tube(vessel, z, enhancement.vein, { within: inside });
  for (const vessel of anatomy.portal) canvas.tube(vessel, z, enhancement.portal, { within: inside });
  const gallbladder = atLevel(anatomy.gallbladder, height);
  if (gallbladder !== undefined) {
    canvas.fill(gallbladder, enhancement.bowel, { within: cavity });
    canvas.fill(grown(gallbladder, -2), WATER, { within: cavity });
  }
  paintLesion(painting, phase, inside);
}

/** Half the thickness of a lesion's rim in mm. */
const RIM = 5;

function paintLesion(painting: Painting, phase: Phase, inside: Float32Array): void {
  const { canvas, anatomy, enhancement, z, speckle } = painting;
  const { lesion } = anatomy;
  const outline = lesionOutline(lesion, z);
  const core = enhancement.liver + lesion.core[phase];
  const grain = speckle(0, lesion.heterogeneity[phase], 1.2);
  const rim = lesion.rim[phase];
  const radius = Math.min(outline.rx, outline.ry);
  if (phase === 'A') {
    // Blood drains from the rim into the liver around it.
    const corona = (distance: number): number => 0.3 * rim * Math.exp(-Math.max(0, distance) / 6);
    canvas.glow(outline, 22, corona, inside);
  }
  canvas.fill(
    outline,
    (x, y, distance) => {
      const depth = -distance;
      const bright = rim * Math.exp(-(((depth - RIM) / RIM) ** 2));
      const necrosis = lesion.necrosis / (1 + Math.exp((0.55 * radius - depth) / 3));
      return core + grain(x, y) * (1 - 0.4 * Math.exp(-depth / 3)) + bright - necrosis;
    },
    { within: inside, edge: 2.5 },
  );
}
