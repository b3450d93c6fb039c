import { nn } from '@radweave/torch';

/** The last layer: linear, or nothing for 0 classes. */
export type Classifier = nn.Linear | nn.Identity;

export function createClassifier(features: number, numClasses: number): Classifier {
  return numClasses === 0 ? new nn.Identity() : new nn.Linear(features, numClasses);
}

/**
 * A fresh classifier with torch's default initialisation, on the device and of the dtype that `like` has.
 * The old one's memory is freed.
 */
export function replaceClassifier(
  old: Classifier,
  like: nn.Parameter,
  features: number,
  numClasses: number,
): Classifier {
  if (!Number.isInteger(numClasses) || numClasses < 0) {
    throw new RangeError(`numClasses must be a whole number from 0, not ${numClasses}`);
  }
  const { device, dtype } = like;
  const fresh = createClassifier(features, numClasses).to({ device, dtype }).train(old.training);
  for (const parameter of old.parameters()) parameter.dispose();
  return fresh;
}
