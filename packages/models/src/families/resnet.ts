import { F, nn, type Tensor } from '@radweave/torch';
import type { BuildOptions, InputInfo, RegisterModel, WeightsInfo } from '../entry/entry.ts';
import { IMAGENET, timmWeights } from '../entry/imagenet.ts';
import { ImageModel, type Stage, stageOf } from '../image-model.ts';
import { type Classifier, createClassifier } from '../layers/classifier.ts';
import { dropPathRates } from '../layers/drop-path-rates.ts';
import { BasicBlock, Bottleneck, type ResidualBlock } from './resnet-blocks.ts';

/** timm's training recipes for the weights that it takes by default ("ResNet strikes back", arXiv:2110.00476; racm). */
type TimmRecipe = 'a1' | 'a1h' | 'racm';

/** Share of the resized image that the evaluation crop keeps. */
const CROP: Record<TimmRecipe, number> = { a1: 0.95, a1h: 0.95, racm: 0.875 };

/** timm's default weights, then torchvision's first ones. From timm's `default_cfgs` in `models/resnet.py`. */
function resnetWeights(name: string, recipe: TimmRecipe): WeightsInfo[] {
  const input: InputInfo = { ...IMAGENET, size: 224, interpolation: 'bicubic', cropPct: CROP[recipe] };
  const first: InputInfo = { ...IMAGENET, size: 224, interpolation: 'bilinear', cropPct: 0.875 };
  return [
    timmWeights(name, `${recipe}_in1k`, input),
    timmWeights(name, 'tv_in1k', first, { license: 'bsd-3-clause' }),
  ];
}

/** What tells the members of the family apart. */
export interface ResNetConfig {
  block: typeof BasicBlock | typeof Bottleneck;
  /** Blocks in each of the four stages. */
  depths: readonly [number, number, number, number];
  cardinality?: number;
  baseWidth?: number;
}

const PLANES = [64, 128, 256, 512] as const;

/**
 * ResNet (He et al. 2016), ResNeXt (Xie et al. 2017) and Wide ResNet (Zagoruyko and Komodakis 2016). Parameter names
 * are timm's, which are torchvision's. `forwardFeatures` gives [N, C, H / 32, W / 32].
 *
 * As in timm, and unlike torchvision's default, each block's last norm starts at 0 unless `zeroInitLast` is false.
 */
export class ResNet extends ImageModel {
  readonly conv1: nn.Conv2d;
  readonly bn1: nn.BatchNormReLU2d;
  readonly layer1: nn.Sequential;
  readonly layer2: nn.Sequential;
  readonly layer3: nn.Sequential;
  readonly layer4: nn.Sequential;
  readonly fc: Classifier;
  readonly numFeatures: number;

  constructor(config: ResNetConfig, options: BuildOptions) {
    super(options);
    this.numFeatures = PLANES[3] * config.block.expansion;
    this.conv1 = new nn.Conv2d(options.inChans, 64, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = new nn.BatchNormReLU2d(64);
    const rates = dropPathRates(options.dropPathRate, config.depths);
    this.layer1 = stage(config, 0, rates[0] ?? []);
    this.layer2 = stage(config, 1, rates[1] ?? []);
    this.layer3 = stage(config, 2, rates[2] ?? []);
    this.layer4 = stage(config, 3, rates[3] ?? []);
    this.fc = createClassifier(this.numFeatures, options.numClasses);
    this.initWeights(options.zeroInitLast);
  }

  override stages(): readonly Stage[] {
    const { conv1, bn1, layer1, layer2, layer3, layer4 } = this;
    const forward = (x: Tensor) => F.maxPool2d(bn1.call(conv1.call(x)), 3, { stride: 2, padding: 1 });
    const layers = { layer1, layer2, layer3, layer4 };
    return [
      { name: 'stem', members: [conv1, bn1], forward },
      ...Object.entries(layers).map(([name, layer]) => stageOf(name, layer)),
    ];
  }

  protected override classify(features: Tensor, preLogits: boolean): Tensor {
    const pooled = F.adaptiveAvgPool2d(features, 1).flatten(1);
    const dropped = this.dropRate > 0 ? F.dropout(pooled, this.dropRate, this.training) : pooled;
    return preLogits ? dropped : this.fc.call(dropped);
  }

  private initWeights(zeroInitLast: boolean): void {
    for (const [, module] of this.namedModules()) {
      if (module instanceof nn.Conv2d) {
        nn.init.kaimingNormal_(module.weight, { mode: 'fanOut' });
      }
    }
    if (!zeroInitLast) return;
    for (const [, module] of this.namedModules()) {
      if (module instanceof BasicBlock || module instanceof Bottleneck) module.zeroInitLast();
    }
  }
}

function stage(config: ResNetConfig, index: 0 | 1 | 2 | 3, rates: readonly number[]): nn.Sequential {
  const { block: Block, cardinality = 1, baseWidth = 64 } = config;
  const planes = PLANES[index];
  const blocks: ResidualBlock[] = [];
  let inChannels = index === 0 ? 64 : PLANES[(index - 1) as 0 | 1 | 2] * Block.expansion;
  for (const [position, dropPath] of rates.entries()) {
    const stride = index > 0 && position === 0 ? 2 : 1;
    const next = new Block({ inChannels, planes, stride, cardinality, baseWidth, dropPath });
    blocks.push(next);
    inChannels = next.outChannels;
  }
  return new nn.Sequential(blocks);
}

export function resnetFamily(registerModel: RegisterModel): void {
  const add = (name: string, config: ResNetConfig, recipe: TimmRecipe, description: string, paper: string) =>
    registerModel(name, {
      family: 'resnet',
      description,
      paper,
      build: (options) => new ResNet(config, options),
      weights: resnetWeights(name, recipe),
      firstConv: 'conv1',
      classifier: 'fc',
      defaults: { zeroInitLast: true },
      torchvision: { name, differences: 'the last norm of each block starts at 1 (timm and here: 0)' },
    });
  const resnet = 'He et al. 2016, arXiv:1512.03385';
  const basic = BasicBlock;
  const deep = Bottleneck;
  add('resnet18', { block: basic, depths: [2, 2, 2, 2] }, 'a1', 'ResNet-18', resnet);
  add('resnet34', { block: basic, depths: [3, 4, 6, 3] }, 'a1', 'ResNet-34', resnet);
  add('resnet50', { block: deep, depths: [3, 4, 6, 3] }, 'a1', 'ResNet-50', resnet);
  add('resnet101', { block: deep, depths: [3, 4, 23, 3] }, 'a1h', 'ResNet-101', resnet);
  add('resnet152', { block: deep, depths: [3, 8, 36, 3] }, 'a1h', 'ResNet-152', resnet);
  add(
    'resnext50_32x4d',
    { block: deep, depths: [3, 4, 6, 3], cardinality: 32, baseWidth: 4 },
    'a1h',
    'ResNeXt-50, 32 groups of width 4',
    'Xie et al. 2017, arXiv:1611.05431',
  );
  add(
    'wide_resnet50_2',
    { block: deep, depths: [3, 4, 6, 3], baseWidth: 128 },
    'racm',
    'Wide ResNet-50, twice as wide inside the blocks',
    'Zagoruyko and Komodakis 2016, arXiv:1605.07146',
  );
}
