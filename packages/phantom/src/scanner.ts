import { Random } from '@radweave/stats';
import { blurred, grainTexture, type Texture } from './texture.ts';

/** What differs between hospitals' scanners and protocols. */
export interface Scanner {
  /** Width of the image in mm. */
  fieldOfView: number;
  /** Standard deviation of the noise in the middle of the body, Hounsfield units. */
  noise: number;
  /** Gaussian blur of the reconstruction kernel in mm. */
  blur: number;
  /** Middle and width of the display window: brightness and contrast. */
  level: number;
  width: number;
  grain: Texture;
}

/** A home scanner, a sharp noisy one, and a smooth one with a wide window; more hospitals begin again. */
const PROTOCOLS = [
  { fieldOfView: 240, noise: 11, blur: 0.9, level: 55, width: 400, correlation: 0.8 },
  { fieldOfView: 260, noise: 16, blur: 0.7, level: 52, width: 390, correlation: 0.6 },
  { fieldOfView: 226, noise: 8, blur: 1.15, level: 57, width: 410, correlation: 1.2 },
] as const;

/** The scanner of a hospital: the protocol by its place in the list, with a little of its own. */
export function scannerOf(seed: number, hospital: string, place: number): Scanner {
  const random = new Random(seed, `phantom/scanner/${hospital}`);
  const { correlation, ...usual } = PROTOCOLS[place % PROTOCOLS.length] ?? PROTOCOLS[0];
  const vary = (value: number): number => value * (0.97 + 0.06 * random.uniform());
  return {
    fieldOfView: vary(usual.fieldOfView),
    noise: vary(usual.noise),
    blur: vary(usual.blur),
    level: vary(usual.level),
    width: vary(usual.width),
    grain: grainTexture(seed, hospital, correlation),
  };
}

/** What the scanner makes of a slice in Hounsfield units: blurred, with noise, windowed to 8-bit gray. */
export function scan(hu: Float32Array, side: number, scanner: Scanner, random: Random): Uint8Array {
  const { fieldOfView, noise, blur, level, width, grain } = scanner;
  const sharp = blurred(hu, side, (blur * side) / fieldOfView, false);
  const [gx, gy] = [random.below(256), random.below(256)];
  const pixels = new Uint8Array(side * side);
  const middle = side / 2;
  for (let y = 0; y < side; y++) {
    const dy = y / middle - 1;
    for (let x = 0; x < side; x++) {
      const dx = x / middle - 1;
      // Fewer photons reach the middle of the body, so its noise is higher.
      const amount = noise * (1.15 - 0.5 * Math.min(1, Math.sqrt(dx * dx + dy * dy)));
      const value = (sharp[y * side + x] ?? 0) + amount * grain.at(x + gx, y + gy);
      const shown = ((value - level) / width + 0.5) * 255;
      pixels[y * side + x] = Math.round(Math.min(255, Math.max(0, shown)));
    }
  }
  return pixels;
}
