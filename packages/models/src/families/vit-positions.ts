import { F, noGrad, type Tensor, tidy } from '@radweave/torch';

/** Tokens before those of the patches: the class token. */
export const PREFIX_TOKENS = 1;

/**
 * Fits position weights to another grid of patches by antialiased bicubic resampling in float32; those of the class
 * token stay. As timm's `resample_abs_pos_embed`.
 *
 * @param positions [1, 1 + patches, dim] of a square grid.
 * @param grid rows and columns of patches that are wanted.
 * @returns a new tensor [1, 1 + rows · columns, dim], same dtype.
 * @throws RangeError when the patches form no square.
 */
export function resamplePositions(positions: Tensor, grid: readonly [number, number]): Tensor {
  const side = squareSide(positions);
  const [, tokens = 0, dim = 0] = positions.shape;
  return tidy(() =>
    noGrad(() => {
      const ofClass = positions.detach().narrow(1, 0, PREFIX_TOKENS);
      const ofPatches = positions
        .detach()
        .narrow(1, PREFIX_TOKENS, tokens - PREFIX_TOKENS)
        .to('float32');
      const map = ofPatches.reshape([1, side, side, dim]).permute([0, 3, 1, 2]);
      const resampled = F.interpolateBicubic(map, grid);
      const flat = resampled.permute([0, 2, 3, 1]).reshape([1, grid[0] * grid[1], dim]);
      return F.cat([ofClass, flat.to(positions.dtype)], 1);
    }),
  );
}

/** Side of the square grid of patches that position weights are for. @throws RangeError when it is not a square. */
export function squareSide(positions: Tensor): number {
  const patches = positions.ndim === 3 ? positions.size(1) - PREFIX_TOKENS : 0;
  const side = Math.round(Math.sqrt(patches));
  if (patches < 1 || side * side !== patches) {
    throw new RangeError(
      `position weights [${positions.shape}] are not those of a class token and a square grid of patches: ` +
        'only such ones can be fitted to another image size',
    );
  }
  return side;
}
