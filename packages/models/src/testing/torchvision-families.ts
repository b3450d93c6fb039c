import type { ReferenceJob } from './reference.ts';

/** How a family is compared with torchvision. */
export interface FamilyReference extends Pick<ReferenceJob, 'features' | 'firstConv' | 'head' | 'imageSize'> {
  /** Naming that `applyWeights` must recognise. */
  layout: 'timm' | 'torchvision';
}

/** One row for each family that torchvision has; a family without one fails the tests. */
export const TORCHVISION_FAMILIES: Readonly<Record<string, FamilyReference>> = {
  resnet: {
    layout: 'timm',
    features: 'layer4',
    firstConv: 'conv1',
    head: 'fc',
    imageSize: 64,
  },
  swin: {
    layout: 'torchvision',
    features: 'norm',
    firstConv: 'features.0.0',
    head: 'head',
    imageSize: 224,
  },
  efficientnet: {
    layout: 'torchvision',
    features: 'features',
    firstConv: 'features.0.0',
    head: 'classifier.1',
    imageSize: 96,
  },
  mobilenetv3: {
    layout: 'torchvision',
    features: 'features',
    firstConv: 'features.0.0',
    head: 'classifier.3',
    imageSize: 96,
  },
  convnext: {
    layout: 'torchvision',
    features: 'features',
    firstConv: 'features.0.0',
    head: 'classifier.2',
    imageSize: 96,
  },
  densenet: {
    layout: 'timm',
    features: 'features',
    firstConv: 'features.conv0',
    head: 'classifier',
    imageSize: 96,
  },
  vit: {
    layout: 'torchvision',
    features: 'encoder',
    firstConv: 'conv_proj',
    head: 'heads.head',
    imageSize: 112,
  },
};
