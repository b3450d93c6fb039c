import type { MapMethod } from '@radweave/artifacts';
import type { ImageModel } from '@radweave/models';
import { enableGrad, F, fromTypedArray, grad, noGrad, type Tensor, tidy } from '@radweave/torch';

export interface ClassMaps {
  /** Height and width of the maps before they were enlarged. */
  grid: [number, number];
  /** One map per slice, as large as the slice: float32 ≥ 0, row by row. */
  maps: Float32Array[];
  /** Softmax of the logits, slices × classes. */
  probabilities: Float32Array;
}

/** Where the maps are taken, and how. */
export interface MapPlace {
  /** One of `model.mapLayers`. */
  layer: string;
  method: MapMethod;
}

/**
 * The activations of a layer, weighted by the gradient of a class's logit, summed over the channels and cut off below 0; then
 * enlarged bilinearly to the slice's size (half-pixel centres). Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391) weighs a channel
 * by the mean of its gradient over the positions; HiResCAM (Draelos and Carin 2020, arXiv:2011.08891) weighs each position by its
 * own. Tokens of transformers are laid out on their grid first; the class token has no place and is left out.
 *
 * @param model in eval mode, so that slices do not influence each other.
 * @param x slices [N, C, H, W].
 * @param classes the class to explain in each slice.
 */
export function classMaps(
  model: ImageModel,
  x: Tensor,
  { layer, method }: MapPlace,
  classes: readonly number[],
): ClassMaps {
  return tidy(() => {
    const { values, slopes, logits } = slopesAt(model, x, layer, classes);
    return noGrad(() => {
      const weights = method === 'hirescam' ? slopes : slopes.mean([2, 3], true);
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

/** Height and width of the maps of a layer, for slices like `x`. */
export function gridAt(model: ImageModel, x: Tensor, layer: string): [number, number] {
  return tidy(() => {
    const [, , height = 0, width = 0] = noGrad(
      () => model.featureMap(model.splitForward(layer).activations(x)).shape,
    );
    return [height, width];
  });
}

/** The network's answer depends on less than this share of what HiResCAM adds up: the rest cancels, and rounding is left. */
const CANCELS = 1e-4;

/**
 * Why a method has nothing to show at a layer of a network, whatever the slice; null where it has. `unused`: the logits do not depend
 * on its positions, as behind ViT's last block, of which the class token alone is read. `cancels`, of HiResCAM alone: where a layer norm
 * takes each position by itself, as in ViT's last blocks and between ConvNeXt's stages, the scale of a position changes no logit, so
 * that activation times gradient adds up to 0.
 *
 * @param x one slice, of any contents: this is a matter of how the network is built.
 */
export function whyEmpty(
  model: ImageModel,
  x: Tensor,
  { layer, method }: MapPlace,
): 'unused' | 'cancels' | null {
  return tidy(() => {
    const { values, slopes } = slopesAt(model, x, layer, [0]);
    const products = values.mul(slopes);
    const all = products.abs().sum().item();
    if (all === 0) return 'unused';
    const kept = products.sum([1]).abs().sum().item();
    return method === 'hirescam' && kept < CANCELS * all ? 'cancels' : null;
  });
}

/** The activations of a layer and the gradient of each slice's class, laid out as maps, and the logits. */
function slopesAt(model: ImageModel, x: Tensor, layer: string, classes: readonly number[]) {
  const split = model.splitForward(layer);
  const activations = noGrad(() => split.activations(x)).detach();
  activations.requiresGrad = true;
  const logits = enableGrad(() => split.finish(activations));
  const target = fromTypedArray(Int32Array.from(classes), [classes.length], { device: x.device });
  const wanted = F.oneHot(target, model.numClasses);
  const [gradient] = grad([enableGrad(() => logits.mul(wanted).sum())], [activations]);
  if (gradient === null || gradient === undefined) throw new Error(`the logits do not depend on ${layer}`);
  return noGrad(() => ({
    values: model.featureMap(activations),
    slopes: model.featureMap(gradient),
    logits,
  }));
}
