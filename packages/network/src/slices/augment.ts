import { F, fromTypedArray, type Tensor, tidy } from '@radweave/torch';

/** Random changes of training slices; each is off when its value is 0 or false. */
export interface Augmentation {
  horizontalFlip: boolean;
  verticalFlip: boolean;
  /** Largest rotation, degrees either way. */
  rotationDegrees: number;
  /** Largest shift, as a fraction of width and height. */
  translation: number;
  /** Scale is drawn from 1 − scale … 1 + scale. */
  scale: number;
  /** Brightness and contrast factors are drawn from 1 − x … 1 + x. */
  brightness: number;
  contrast: number;
  /** Probability of blanking one rectangle of 2–20 % of the slice. */
  randomErasing: number;
}

/** Uniform numbers on [0, 1). */
export type Draw = () => number;

/** Whether anything would be changed at all. */
export function isAugmenting(a: Augmentation): boolean {
  return isWarping(a) || a.brightness > 0 || a.contrast > 0 || a.randomErasing > 0;
}

function isWarping(a: Augmentation): boolean {
  return a.horizontalFlip || a.verticalFlip || a.rotationDegrees > 0 || a.translation > 0 || a.scale > 0;
}

/**
 * Changes a batch of slices [N, 1, H, W] with values in 0–1, each by its own stream `draws[n]`. Geometry is one
 * bilinear resampling per slice, what comes from outside is black; the result stays in 0–1.
 *
 * Every slice draws the same count of numbers whatever the options' values, so that switching one on does not move
 * another's.
 */
export function augment(batch: Tensor, options: Augmentation, draws: readonly Draw[]): Tensor {
  return tidy(() => {
    const plans = draws.map((draw) => plan(options, draw));
    let out = batch;
    if (isWarping(options)) out = warp(out, plans);
    if (options.brightness > 0 || options.contrast > 0) out = adjustTone(out, plans);
    if (options.randomErasing === 0) return out;
    const erased = out === batch ? batch.clone() : out;
    erase(erased, plans);
    return erased;
  });
}

interface Plan {
  /** Rows of the 2×3 map from output to input coordinates, both in −1 … 1. */
  theta: readonly number[];
  brightness: number;
  contrast: number;
  /** Erased rectangle as fractions [top, left, height, width], or null. */
  hole: readonly [number, number, number, number] | null;
}

function plan(o: Augmentation, draw: Draw): Plan {
  const sign = (on: boolean): number => (draw() < 0.5 && on ? -1 : 1);
  const around = (range: number): number => (2 * draw() - 1) * range;
  const flipX = sign(o.horizontalFlip);
  const flipY = sign(o.verticalFlip);
  const angle = (around(o.rotationDegrees) * Math.PI) / 180;
  const shiftX = around(o.translation) * 2;
  const shiftY = around(o.translation) * 2;
  const zoom = 1 / (1 + around(o.scale));
  const brightness = 1 + around(o.brightness);
  const contrast = 1 + around(o.contrast);
  const hole = drawHole(o.randomErasing, draw);
  const cos = Math.cos(angle) * zoom;
  const sin = Math.sin(angle) * zoom;
  const theta = [cos * flipX, -sin * flipX, shiftX, sin * flipY, cos * flipY, shiftY];
  return { theta, brightness, contrast, hole };
}

function drawHole(probability: number, draw: Draw): Plan['hole'] {
  const isErased = draw() < probability;
  const area = 0.02 + 0.18 * draw();
  const aspect = Math.exp((2 * draw() - 1) * Math.log(3.3));
  const height = Math.min(1, Math.sqrt(area * aspect));
  const width = Math.min(1, Math.sqrt(area / aspect));
  const top = draw() * (1 - height);
  const left = draw() * (1 - width);
  return isErased ? [top, left, height, width] : null;
}

function warp(batch: Tensor, plans: readonly Plan[]): Tensor {
  const rows = Float32Array.from(plans.flatMap((p) => p.theta));
  const theta = fromTypedArray(rows, [plans.length, 2, 3], { device: batch.device });
  return F.gridSample(batch, F.affineGrid(theta, batch.shape)).clamp(0, 1);
}

function adjustTone(batch: Tensor, plans: readonly Plan[]): Tensor {
  const column = (values: number[]): Tensor =>
    fromTypedArray(Float32Array.from(values), [values.length, 1, 1, 1], { device: batch.device });
  const bright = batch.mul(column(plans.map((p) => p.brightness)));
  const mean = bright.mean([1, 2, 3], true);
  return bright
    .sub(mean)
    .mul(column(plans.map((p) => p.contrast)))
    .add(mean)
    .clamp(0, 1);
}

function erase(batch: Tensor, plans: readonly Plan[]): void {
  const height = batch.size(2);
  const width = batch.size(3);
  plans.forEach(({ hole }, n) => {
    if (hole === null) return;
    const [top, left, h, w] = hole;
    batch
      .select(0, n)
      .narrow(1, Math.floor(top * height), Math.max(1, Math.floor(h * height)))
      .narrow(2, Math.floor(left * width), Math.max(1, Math.floor(w * width)))
      .zero_();
  });
}
