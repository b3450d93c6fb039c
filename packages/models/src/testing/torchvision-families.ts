import { ALL_PASSES, ONE_PASS, type PassCase, type ReferenceJob } from './reference.ts';

/** How a family is compared with torchvision. */
export interface FamilyReference extends Pick<ReferenceJob, 'features' | 'firstConv' | 'head' | 'imageSize'> {
  /** Naming that `applyWeights` must recognise. */
  layout: 'timm' | 'torchvision';
  /** What to run a model on. */
  passes: (name: string) => readonly PassCase[];
}

/** One row for each family that torchvision has; a family without one fails the tests. */
export const TORCHVISION_FAMILIES: Readonly<Record<string, FamilyReference>> = {
  resnet: {
    layout: 'timm',
    features: 'layer4',
    firstConv: 'conv1',
    head: 'fc',
    imageSize: 64,
    passes: () => ALL_PASSES,
  },
  swin: {
    layout: 'torchvision',
    features: 'norm',
    firstConv: 'features.0.0',
    head: 'head',
    imageSize: 224,
    passes: (name) => (name.includes('tiny') ? ALL_PASSES : ONE_PASS),
  },
};
