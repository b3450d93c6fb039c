import { F, nn, type Tensor } from '@radweave/torch';
import { ImageModel, type Stage } from '../image-model.ts';
import { type Classifier, createClassifier, replaceClassifier } from '../layers/classifier.ts';
import type { BuildOptions, InputInfo, RegisterModel, WeightsInfo } from '../registry/entry.ts';
import { IMAGENET, INCEPTION } from '../registry/imagenet.ts';
import type { KeyMap } from '../weights/key-map.ts';
import { initWeights } from './mbconv-blocks.ts';
import { mbconvRules } from './mbconv-key-maps.ts';
import { architecture, buildStages, roundChannels } from './mbconv-stages.ts';

/** How much wider and deeper than B0. */
export interface EfficientNetConfig {
  width: number;
  depth: number;
}

/** B0. */
const STAGES = architecture([
  ['ds_r1_k3_s1_e1_c16_se0.25'],
  ['ir_r2_k3_s2_e6_c24_se0.25'],
  ['ir_r2_k5_s2_e6_c40_se0.25'],
  ['ir_r3_k3_s2_e6_c80_se0.25'],
  ['ir_r3_k5_s1_e6_c112_se0.25'],
  ['ir_r4_k5_s2_e6_c192_se0.25'],
  ['ir_r1_k3_s1_e6_c320_se0.25'],
]);

/**
 * EfficientNet (Tan and Le 2019, arXiv:1905.11946) with timm's parameter names. `forwardFeatures` gives
 * [N, C, H / 32, W / 32] after the last convolution. Seven stages can be frozen; that convolution always learns.
 */
export class EfficientNet extends ImageModel {
  readonly conv_stem: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly blocks: nn.Sequential;
  readonly conv_head: nn.Conv2d;
  readonly bn2: nn.BatchNorm2d;
  classifier: Classifier;
  readonly numFeatures: number;
  readonly inChans: number;
  numClasses: number;
  private readonly dropRate: number;

  constructor({ width, depth }: EfficientNetConfig, options: BuildOptions) {
    super();
    const { inChans, numClasses, dropPathRate } = options;
    this.inChans = inChans;
    this.numClasses = numClasses;
    this.dropRate = options.dropRate;
    this.numFeatures = roundChannels(1280 * width);
    const stem = roundChannels(32 * width);
    this.conv_stem = new nn.Conv2d(inChans, stem, 3, { stride: 2, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(stem);
    const deepened = STAGES.map((rows) =>
      rows.map((row) => ({ ...row, repeats: Math.ceil(row.repeats * depth) })),
    );
    const { blocks, channels } = buildStages(deepened, {
      inChannels: stem,
      width,
      activation: F.silu,
      squeeze: (block) => ({
        channels: block.inChannels / 4,
        activation: F.silu,
        gate: (x) => x.sigmoid(),
      }),
      batchNorm: {},
      dropPathRate,
    });
    this.blocks = blocks;
    this.conv_head = new nn.Conv2d(channels, this.numFeatures, 1, { bias: false });
    this.bn2 = new nn.BatchNorm2d(this.numFeatures);
    this.classifier = createClassifier(this.numFeatures, numClasses);
    initWeights(this);
  }

  override stages(): readonly Stage[] {
    const { conv_stem, bn1 } = this;
    return [
      { name: 'stem', members: [conv_stem, bn1], forward: (x) => F.silu(bn1.call(conv_stem.call(x))) },
      ...Array.from(this.blocks, (stage, i) => ({
        name: `blocks.${i}`,
        members: [stage],
        forward: (x: Tensor) => stage.call(x),
      })),
    ];
  }

  protected override finish(x: Tensor): Tensor {
    return F.silu(this.bn2.call(this.conv_head.call(x)));
  }

  protected override classify(features: Tensor, preLogits: boolean): Tensor {
    const pooled = F.dropout(F.adaptiveAvgPool2d(features, 1).flatten(1), this.dropRate, this.training);
    return preLogits ? pooled : this.classifier.call(pooled);
  }

  override resetClassifier(numClasses: number): void {
    const { weight } = this.conv_stem;
    this.classifier = replaceClassifier(this.classifier, weight, this.numFeatures, numClasses);
    this.numClasses = numClasses;
  }
}

/** torchvision's names: `features.1` to `features.7` are the stages, `features.8` is the last convolution. */
const KEY_MAPS: readonly KeyMap[] = [
  {
    layout: 'torchvision',
    mark: /^features\.0\.0\.weight$/,
    rules: [
      ...mbconvRules((position) => {
        const [stage = 0, block = 0] = position.split('.').map(Number);
        return { stage: stage - 1, block, kind: stage === 1 ? 'ds' : 'ir' };
      }),
      [/^features\.8\.0\./, 'conv_head.'],
      [/^features\.8\.1\./, 'bn2.'],
      [/^classifier\.1\./, 'classifier.'],
    ],
  },
];

type Input = Pick<InputInfo, 'size' | 'mean' | 'std' | 'cropPct'>;

/** Registers the family. Facts on the weights are from timm's `default_cfgs` in `models/efficientnet.py`. */
export function efficientnetFamily(registerModel: RegisterModel): void {
  const add = (name: string, drop: number, config: EfficientNetConfig, weights: readonly WeightsInfo[]) =>
    registerModel(name, {
      family: 'efficientnet',
      description: `EfficientNet-${name.slice(-2).toUpperCase()}`,
      paper: 'Tan and Le 2019, arXiv:1905.11946',
      build: (options) => new EfficientNet(config, options),
      weights,
      firstConv: 'conv_stem',
      classifier: 'classifier',
      keyMaps: KEY_MAPS,
      torchvision: {
        name,
        differences: `dropout is ${drop} and stochastic depth 0.2 by default (timm and here: 0)`,
      },
    });
  const weights = (name: string, tag: string, input: Input): WeightsInfo => ({
    tag,
    repo: `timm/${name}.${tag}`,
    file: 'model.safetensors',
    license: 'apache-2.0',
    numClasses: 1000,
    input: { ...input, interpolation: 'bicubic' },
  });
  const usual = (size: number): Input => ({ ...IMAGENET, size, cropPct: 0.875 });
  const long = (size: number): Input => ({ ...INCEPTION, size, cropPct: 0.9 });
  const [b0, b1, b2, b3] = ['efficientnet_b0', 'efficientnet_b1', 'efficientnet_b2', 'efficientnet_b3'];
  add(b0, 0.2, { width: 1, depth: 1 }, [
    weights(b0, 'ra_in1k', usual(224)),
    weights(b0, 'ra4_e3600_r224_in1k', long(224)),
  ]);
  add(b1, 0.2, { width: 1, depth: 1.1 }, [
    weights(b1, 'ra4_e3600_r240_in1k', long(240)),
    weights(b1, 'ft_in1k', usual(224)),
  ]);
  add(b2, 0.3, { width: 1.1, depth: 1.2 }, [weights(b2, 'ra_in1k', usual(256))]);
  add(b3, 0.3, { width: 1.2, depth: 1.4 }, [weights(b3, 'ra2_in1k', usual(288))]);
}
