import { arange, fromTypedArray, type Tensor, tidy, zeros } from '@radweave/torch';

/**
 * Added to the attention of pixels from different places. timm adds −100, of which softmax makes numbers near 1e-44: denormal
 * ones, with which CPUs multiply ten times slower. Of this it makes 0, which is the same in float32.
 */
const MASKED = -10_000;

/** [height, width]. */
export type Pair = readonly [number, number];

/** [B, H, W, C] to windows [B · windows, wh · ww, C]; H and W are multiples of the window's sides. */
export function partition(x: Tensor, window: Pair): Tensor {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [wh, ww] = window;
  return x
    .view([batch, height / wh, wh, width / ww, ww, channels])
    .permute([0, 1, 3, 2, 4, 5])
    .reshape([-1, wh * ww, channels]);
}

/** The way back: windows [B · windows, wh · ww, C] to [B, height, width, C]. */
export function merge(windows: Tensor, window: Pair, height: number, width: number): Tensor {
  const [wh, ww] = window;
  const channels = windows.size(-1);
  return windows
    .view([-1, height / wh, width / ww, wh, ww, channels])
    .permute([0, 1, 3, 2, 4, 5])
    .reshape([-1, height, width, channels]);
}

/** The next multiple of `step` from `size` on. */
export function roundUp(size: number, step: number): number {
  return Math.ceil(size / step) * step;
}

/** Which row of the position bias table belongs to each pair of a window's places: int64 [(wh · ww)²]. */
export function relativePositionIndex(window: Pair): Tensor {
  const [wh, ww] = window;
  const area = wh * ww;
  const index = new BigInt64Array(area * area);
  for (let a = 0; a < area; a++) {
    for (let b = 0; b < area; b++) {
      const rows = Math.floor(a / ww) - Math.floor(b / ww) + wh - 1;
      const columns = (a % ww) - (b % ww) + ww - 1;
      index[a * area + b] = BigInt(rows * (2 * ww - 1) + columns);
    }
  }
  return fromTypedArray(index);
}

/**
 * Keeps apart what the cyclic shift has brought together: `MASKED` between places of different regions of the image, else
 * 0; [windows, 1, wh · ww, wh · ww].
 */
export function shiftMask(size: Pair, window: Pair, shift: Pair): Tensor {
  return tidy(() => {
    const height = roundUp(size[0], window[0]);
    const width = roundUp(size[1], window[1]);
    const rows = region(height, window[0], shift[0]).mul(3);
    const regions = rows
      .view([1, height, 1, 1])
      .add(region(width, window[1], shift[1]).view([1, 1, width, 1]));
    const windows = partition(regions, window).squeeze(-1);
    const differs = windows.unsqueeze(1).ne(windows.unsqueeze(2));
    return zeros(differs.shape).maskedFill(differs, MASKED).unsqueeze(1);
  });
}

/** 0 before the last window, 1 in it, 2 in the part of it that the shift has wrapped around; [length]. */
function region(length: number, window: number, shift: number): Tensor {
  // Without a shift along an axis nothing is brought together there.
  if (shift === 0) return zeros([length]);
  const place = arange(length);
  const wrapped = place.ge(length - shift).to('float32');
  return place
    .ge(length - window)
    .to('float32')
    .add(wrapped);
}
