import { noGrad, type Tensor, tidy } from '@radweave/torch';

/**
 * Fits the weight of a first convolution to another number of input channels, as timm's `adapt_input_conv`:
 * one channel gets the sum over the colours (groups of three where there are more than three), so that a gray slice
 * has the effect of an RGB image with equal channels; any other number repeats the colours and scales them by
 * 3 / inChans.
 *
 * @param weight [out, in, kH, kW], of which 3 (or for one channel a multiple of 3 above 3) input channels.
 * @returns a new tensor [out, inChans, kH, kW] (in / 3 channels where there were more than three), same dtype.
 * @throws RangeError when the weight has channels that cannot be converted.
 */
export function adaptInputConv(weight: Tensor, inChans: number): Tensor {
  const [out = 0, channels = 0, height = 0, width = 0] = weight.shape;
  if (weight.ndim !== 4) {
    throw new RangeError(`the first convolution's weight must be [out, in, kH, kW], not [${weight.shape}]`);
  }
  const refuse = (): never => {
    throw new RangeError(`a first convolution for ${channels} channels cannot be made one for ${inChans}`);
  };
  return tidy(() =>
    noGrad(() => {
      const source = weight.detach().to('float32');
      if (inChans === 1) {
        if (channels <= 3) return source.sum(1, true).to(weight.dtype);
        if (channels % 3 !== 0) return refuse();
        return source
          .reshape([out, channels / 3, 3, height, width])
          .sum(2)
          .to(weight.dtype);
      }
      if (inChans === 3) return source.to(weight.dtype).clone();
      if (channels !== 3) return refuse();
      const repeated = source.repeat([1, Math.ceil(inChans / 3), 1, 1]).narrow(1, 0, inChans);
      return repeated.mul(3 / inChans).to(weight.dtype);
    }),
  );
}
