import { F, type Tensor, tidy } from '@radweave/torch';

/**
 * Losses over logits [N, K] and int64 targets [N]. `weight` is a float tensor [K] of class weights, or null.
 * Each returns a scalar tensor.
 */
export type Loss = (logits: Tensor, targets: Tensor, weight: Tensor | null) => Tensor;

/** Smallest probability whose logarithm is taken, as in the asymmetric loss's published code. */
const TINY = 1e-8;

/** Cross entropy; with class weights the mean is weighted, as torch does it. */
export function crossEntropyLoss(): Loss {
  return (logits, targets, weight) => F.crossEntropy(logits, targets, { weight });
}

/**
 * Focal loss, −w·(1 − p)^γ·log p of the true class, mean over the batch.
 * Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.
 */
export function focalLoss(gamma: number): Loss {
  return (logits, targets, weight) =>
    tidy(() => {
      const logP = logits.logSoftmax(1).gather(1, targets.unsqueeze(1)).squeeze(1);
      const loss = logP.exp().neg().add(1).pow(gamma).mul(logP).neg();
      return weighted(loss, targets, weight).mean();
    });
}

/**
 * Asymmetric loss on p = softmax probabilities: easy negatives are shifted by `clip` and focused by `gammaNeg`,
 * positives by `gammaPos`; mean over the batch. Two classes: p is the positive class's. More: the sum over
 * classes of one-vs-rest. Ridnik et al., "Asymmetric Loss For Multi-Label Classification", ICCV 2021.
 */
export function asymmetricLoss(gammaPos: number, gammaNeg: number, clip: number): Loss {
  return (logits, targets, weight) =>
    tidy(() => {
      const classes = logits.size(1);
      const first = classes === 2 ? 1 : 0;
      const p = logits.softmax(1).narrow(1, first, classes - first);
      const isClass = F.oneHot(targets, classes)
        .narrow(1, first, classes - first)
        .to('bool');
      const shifted = p.sub(clip).clamp(0);
      const positive = p.neg().add(1).pow(gammaPos).mul(p.clamp(TINY).log());
      const negative = shifted.pow(gammaNeg).mul(shifted.neg().add(1).clamp(TINY).log());
      const loss = F.where(isClass, positive, negative).sum(1).neg();
      return weighted(loss, targets, weight).mean();
    });
}

function weighted(loss: Tensor, targets: Tensor, weight: Tensor | null): Tensor {
  return weight === null ? loss : loss.mul(weight.indexSelect(0, targets));
}
