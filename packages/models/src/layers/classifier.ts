import { nn } from '@radweave/torch';

/** The last layer: linear, or nothing for 0 classes. */
export type Classifier = nn.Linear | nn.Identity;

export function createClassifier(features: number, numClasses: number): Classifier {
  return numClasses === 0 ? new nn.Identity() : new nn.Linear(features, numClasses);
}
