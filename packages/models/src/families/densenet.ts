import { F, nn, type Tensor } from '@radweave/torch';
import type { BuildOptions, InputInfo, RegisterModel } from '../entry/entry.ts';
import { IMAGENET, timmWeights } from '../entry/imagenet.ts';
import type { KeyMap } from '../entry/key-map.ts';
import { ImageModel, type Stage } from '../image-model.ts';
import { type Classifier, createClassifier } from '../layers/classifier.ts';
import { DenseFeatures } from './densenet-blocks.ts';

/** What tells the members of the family apart. */
export interface DenseNetConfig {
  /** Layers in each of the four blocks. */
  depths: readonly [number, number, number, number];
}

/**
 * DenseNet (Huang et al. 2017, arXiv:1608.06993) with bottlenecks and compression, growing by 32 channels a layer.
 * Parameter names are timm's, which are torchvision's. `forwardFeatures` gives [N, C, H / 32, W / 32].
 *
 * @throws RangeError for a drop path rate: the layers have no residual branches to drop.
 */
export class DenseNet extends ImageModel {
  readonly features: DenseFeatures;
  readonly classifier: Classifier;
  readonly numFeatures: number;

  constructor(config: DenseNetConfig, options: BuildOptions) {
    super(options);
    const { inChans, numClasses, dropPathRate } = options;
    if (dropPathRate > 0) {
      throw new RangeError(
        `DenseNet has no residual branches to drop: dropPathRate must be 0, not ${dropPathRate}`,
      );
    }
    this.features = new DenseFeatures(inChans, config.depths);
    this.numFeatures = this.features.outChannels;
    this.classifier = createClassifier(this.numFeatures, numClasses);
    this.initWeights();
  }

  override stages(): readonly Stage[] {
    const { conv0, norm0, blocks } = this.features;
    const stem = (x: Tensor) => F.maxPool2d(norm0.call(conv0.call(x)), 3, { stride: 2, padding: 1 });
    return [
      { name: 'stem', members: [conv0, norm0], forward: stem },
      ...blocks.map((parts, i) => ({
        name: `denseblock${i + 1}`,
        members: Object.values(parts),
        forward: (x: Tensor) => new nn.Sequential(parts).call(x),
      })),
    ];
  }

  protected override finish(x: Tensor): Tensor {
    return this.features.norm5.call(x);
  }

  protected override classify(features: Tensor, preLogits: boolean): Tensor {
    const pooled = F.adaptiveAvgPool2d(features, 1).flatten(1);
    const dropped = F.dropout(pooled, this.dropRate, this.training);
    return preLogits ? dropped : this.classifier.call(dropped);
  }

  private initWeights(): void {
    for (const [, module] of this.namedModules()) {
      if (module instanceof nn.Conv2d) nn.init.kaimingNormal_(module.weight);
      else if (module instanceof nn.Linear && module.bias !== null) nn.init.zeros_(module.bias);
    }
  }
}

/** torchvision's files still have the names of a time when dots were allowed in them (`denselayer1.norm.1`). */
const KEY_MAPS: readonly KeyMap[] = [
  {
    layout: 'torchvision',
    mark: /\.denselayer\d+\.(norm|conv)\.[12]\./,
    rules: [[/(\.denselayer\d+\.(?:norm|conv))\.([12])\./, '$1$2.']],
  },
];

/** From timm's `default_cfgs` in `models/densenet.py`. */
const INPUT: InputInfo = { ...IMAGENET, size: 224, interpolation: 'bicubic', cropPct: 0.875 };

export function densenetFamily(registerModel: RegisterModel): void {
  const add = (name: string, config: DenseNetConfig, tags: readonly string[], description: string) =>
    registerModel(name, {
      family: 'densenet',
      description,
      paper: 'Huang et al. 2017, arXiv:1608.06993',
      build: (options) => new DenseNet(config, options),
      weights: tags.map((tag) => timmWeights(name, tag, INPUT)),
      firstConv: 'features.conv0',
      classifier: 'classifier',
      keyMaps: KEY_MAPS,
      torchvision: { name },
    });
  add('densenet121', { depths: [6, 12, 24, 16] }, ['ra_in1k', 'tv_in1k'], 'DenseNet-121');
  add('densenet169', { depths: [6, 12, 32, 32] }, ['tv_in1k'], 'DenseNet-169');
}
