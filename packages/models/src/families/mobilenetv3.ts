import { F, nn, type Tensor } from '@radweave/torch';
import type { BuildOptions, InputInfo, RegisterModel } from '../entry/entry.ts';
import { IMAGENET, INCEPTION, timmWeights } from '../entry/imagenet.ts';
import type { KeyMap } from '../entry/key-map.ts';
import { ImageModel, type Stage, stageOf } from '../image-model.ts';
import { type Classifier, createClassifier } from '../layers/classifier.ts';
import { relu_ } from '../layers/relu.ts';
import { initWeights } from './mbconv-blocks.ts';
import { torchvisionRules } from './mbconv-key-maps.ts';
import { type Architecture, architecture, buildStages, roundChannels } from './mbconv-stages.ts';

/** What tells the members of the family apart. */
export interface MobileNetV3Config {
  stages: Architecture;
  /** Length of the vector before the classifier. */
  features: number;
}

const STEM = 16;

const LARGE: MobileNetV3Config = {
  stages: architecture([
    ['ds_r1_k3_s1_e1_c16_nre'],
    ['ir_r1_k3_s2_e4_c24_nre', 'ir_r1_k3_s1_e3_c24_nre'],
    ['ir_r3_k5_s2_e3_c40_se0.25_nre'],
    ['ir_r1_k3_s2_e6_c80', 'ir_r1_k3_s1_e2.5_c80', 'ir_r2_k3_s1_e2.3_c80'],
    ['ir_r2_k3_s1_e6_c112_se0.25'],
    ['ir_r3_k5_s2_e6_c160_se0.25'],
    ['cn_r1_k1_s1_c960'],
  ]),
  features: 1280,
};

const SMALL: MobileNetV3Config = {
  stages: architecture([
    ['ds_r1_k3_s2_e1_c16_se0.25_nre'],
    ['ir_r1_k3_s2_e4.5_c24_nre', 'ir_r1_k3_s1_e3.67_c24_nre'],
    ['ir_r1_k5_s2_e4_c40_se0.25', 'ir_r2_k5_s1_e6_c40_se0.25'],
    ['ir_r2_k5_s1_e3_c48_se0.25'],
    ['ir_r3_k5_s2_e6_c96_se0.25'],
    ['cn_r1_k1_s1_c576'],
  ]),
  features: 1024,
};

/**
 * MobileNetV3 (Howard et al. 2019, arXiv:1905.02244) with timm's parameter names. `forwardFeatures` gives
 * [N, C, H / 32, W / 32] with 960 channels (large) or 576 (small). The head widens the pooled vector to `numFeatures`
 * before it classifies; timm calls that length `head_hidden_size`.
 */
export class MobileNetV3 extends ImageModel {
  readonly conv_stem: nn.Conv2d;
  readonly bn1: nn.BatchNorm2d;
  readonly blocks: nn.Sequential;
  readonly conv_head: nn.Conv2d;
  readonly classifier: Classifier;
  readonly numFeatures: number;

  constructor(config: MobileNetV3Config, options: BuildOptions) {
    super(options);
    const { inChans, numClasses, batchNorm, dropPathRate } = options;
    this.numFeatures = config.features;
    this.conv_stem = new nn.Conv2d(inChans, STEM, 3, { stride: 2, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(STEM, batchNorm);
    const { blocks, channels } = buildStages(config.stages, {
      inChannels: STEM,
      width: 1,
      activation: F.hardswish,
      squeeze: (block) => ({
        channels: roundChannels(block.midChannels / 4),
        activation: relu_,
        gate: F.hardsigmoid,
      }),
      batchNorm,
      padding: 'symmetric',
      dropPathRate,
    });
    this.blocks = blocks;
    this.conv_head = new nn.Conv2d(channels, this.numFeatures, 1);
    this.classifier = createClassifier(this.numFeatures, numClasses);
    initWeights(this);
  }

  override stages(): readonly Stage[] {
    const { conv_stem, bn1 } = this;
    return [
      { name: 'stem', members: [conv_stem, bn1], forward: (x) => F.hardswish(bn1.call(conv_stem.call(x))) },
      ...Array.from(this.blocks, (stage, i) => stageOf(`blocks.${i}`, stage)),
    ];
  }

  protected override classify(features: Tensor, preLogits: boolean): Tensor {
    const pooled = F.adaptiveAvgPool2d(features, 1);
    const widened = F.hardswish(this.conv_head.call(pooled)).flatten(1);
    const dropped = F.dropout(widened, this.dropRate, this.training);
    return preLogits ? dropped : this.classifier.call(dropped);
  }
}

const TIMM_NORM = { eps: 1e-5, momentum: 0.1 };
const TORCHVISION_NORM = { eps: 1e-3, momentum: 0.01 };

/** torchvision numbers the blocks through, and its head begins with a linear layer. */
function keyMaps({ stages }: MobileNetV3Config): KeyMap[] {
  const blocks = stages.flat().reduce((sum, { repeats }) => sum + repeats, 0);
  const last = stages.length - 1;
  return [
    {
      layout: 'torchvision',
      mark: /^features\.0\.0\.weight$/,
      ...torchvisionRules(stages, (_, __, number) => String(number + 1), [
        [`features.${blocks}.0.`, `blocks.${last}.0.conv.`],
        [`features.${blocks}.1.`, `blocks.${last}.0.bn1.`],
        ['classifier.0.', 'conv_head.'],
        ['classifier.3.', 'classifier.'],
      ]),
      pointwise: /^conv_head\.weight$/,
      batchNormEps: TORCHVISION_NORM.eps,
    },
  ];
}

/** Registers the family. Facts on the weights are from timm's `default_cfgs` in `models/mobilenetv3.py`. */
export function mobilenetv3Family(registerModel: RegisterModel): void {
  const add = (size: 'large' | 'small', config: MobileNetV3Config, weights: [string, InputInfo][]) => {
    const name = `mobilenetv3_${size}_100`;
    registerModel(name, {
      family: 'mobilenetv3',
      description: `MobileNetV3, ${size}`,
      paper: 'Howard et al. 2019, arXiv:1905.02244',
      build: (options) => new MobileNetV3(config, options),
      aliases: [`mobilenet_v3_${size}`],
      weights: weights.map(([tag, input]) => timmWeights(name, tag, input)),
      firstConv: 'conv_stem',
      classifier: 'classifier',
      defaults: { batchNorm: TIMM_NORM },
      keyMaps: keyMaps(config),
      torchvision: {
        name: `mobilenet_v3_${size}`,
        batchNorm: TORCHVISION_NORM,
        differences:
          'batch norm has eps 0.001 and momentum 0.01 (timm and here: 1e-5 and 0.1; its weights are converted on ' +
          'loading so that predictions stay the same); dropout is 0.2 by default (timm and here: 0)',
      },
    });
  };
  const usual: InputInfo = { ...IMAGENET, size: 224, interpolation: 'bicubic', cropPct: 0.875 };
  const long: InputInfo = { ...INCEPTION, size: 224, interpolation: 'bicubic', cropPct: 0.95 };
  add('large', LARGE, [
    ['ra_in1k', usual],
    ['ra4_e3600_r224_in1k', long],
  ]);
  add('small', SMALL, [['lamb_in1k', usual]]);
}
