import type { ImageModel } from '@radweave/models';
import { enableGrad, F, fromTypedArray, grad, noGrad, type Tensor, tidy } from '@radweave/torch';

export interface GradCam {
  /** Height and width of the maps before they were enlarged. */
  grid: [number, number];
  /** One map per slice, as large as the slice: float32 ≥ 0, row by row. */
  maps: Float32Array[];
  /** Softmax of the logits, slices × classes. */
  probabilities: Float32Array;
}

/**
 * Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391): the activations of a layer, each channel weighted by the mean gradient
 * of a class's logit over the positions, summed and cut off below 0; then enlarged bilinearly to the slice's size
 * (half-pixel centres). Tokens of transformers are laid out on their grid first; the class token has no place and is left
 * out.
 *
 * @param model in eval mode, so that slices do not influence each other.
 * @param x slices [N, C, H, W].
 * @param layer one of `model.mapLayers`.
 * @param classes the class to explain in each slice.
 */
export function gradCam(model: ImageModel, x: Tensor, layer: string, classes: readonly number[]): GradCam {
  return tidy(() => {
    const split = model.splitForward(layer);
    const activations = noGrad(() => split.activations(x)).detach();
    activations.requiresGrad = true;
    const logits = enableGrad(() => split.finish(activations));
    const target = fromTypedArray(Int32Array.from(classes), [classes.length], { device: x.device });
    const wanted = F.oneHot(target, model.numClasses);
    const [gradient] = grad([enableGrad(() => logits.mul(wanted).sum())], [activations]);
    if (gradient === null || gradient === undefined) throw new Error(`the logits do not depend on ${layer}`);
    return noGrad(() => {
      const values = model.featureMap(activations);
      const weights = model.featureMap(gradient).mean([2, 3], true);
      const small = values.mul(weights).sum([1], true).relu();
      const [, , height = 0, width = 0] = x.shape;
      const [, , h = 0, w = 0] = small.shape;
      const large = F.interpolateBilinear(small.contiguous(), [height, width]).toFloat32Array();
      return {
        grid: [h, w],
        maps: classes.map((_, i) => large.slice(i * height * width, (i + 1) * height * width)),
        probabilities: logits.softmax(1).toFloat32Array(),
      };
    });
  });
}
