/** How much is computed. `small` rehearses everything on a machine without a GPU. */
export function sizesOf(isSmall) {
  return isSmall ? SMALL : WHOLE;
}

/** The registry's networks, those most unlike each other first. */
const NETWORKS = [
  ...['resnet18', 'swin_tiny_patch4_window7_224', 'efficientnet_b0', 'densenet121', 'convnext_tiny'],
  ...[
    'vit_small_patch16_224',
    'mobilenetv3_large_100',
    'resnet50',
    'mobilenetv3_small_100',
    'resnext50_32x4d',
  ],
  ...['vit_tiny_patch16_224', 'resnet34', 'efficientnet_b1', 'efficientnet_b2', 'efficientnet_b3'],
  'tf_efficientnet_lite0',
  ...['densenet169', 'wide_resnet50_2', 'vit_small_patch14_dinov2', 'convnext_small', 'resnet101'],
  ...['swin_small_patch4_window7_224', 'vit_base_patch16_224', 'resnet152', 'swin_base_patch4_window7_224'],
];

const WHOLE = {
  /** Limits are multiplied by this. */
  patience: 1,
  networks: NETWORKS,
  networkBatch: 2,
  /** Patients at home, outside, slices of each. */
  cohort: [40, 8, 20],
  speedCohort: [192, 4, 20],
  batch: 32,
  epochs: 3,
  tooLarge: 512,
  /** MiB that the memory check leaves free. */
  leftFree: 3000,
  side: 224,
  models: ['resnet18', 'swin_tiny_patch4_window7_224'],
  rows: [
    { model: 'resnet50', batch: 32 },
    { model: 'swin_tiny_patch4_window7_224', batch: 32 },
    { model: 'resnet18', batch: 32 },
    { model: 'resnet50', batch: 128 },
  ],
  /** What torch.compile is given time for. */
  compiledRows: [
    { model: 'resnet18', batch: 32 },
    { model: 'resnet50', batch: 32 },
  ],
  speedEpochs: 3,
  extractModel: 'resnet50',
  workers: 16,
};

const SMALL = {
  ...WHOLE,
  patience: 6,
  networks: NETWORKS.slice(0, 2),
  networkBatch: 1,
  cohort: [8, 4, 3],
  speedCohort: [8, 4, 3],
  batch: 8,
  epochs: 2,
  tooLarge: 16,
  side: 64,
  models: ['resnet18'],
  rows: [{ model: 'resnet18', batch: 8 }],
  compiledRows: [{ model: 'resnet18', batch: 8 }],
  speedEpochs: 2,
  extractModel: 'resnet18',
  workers: 2,
};
