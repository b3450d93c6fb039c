import { F, nn, type Tensor } from '@radweave/torch';
import type { BuildOptions, RegisterModel, WeightsInfo } from '../entry/entry.ts';
import { IMAGENET, timmWeights } from '../entry/imagenet.ts';
import { ImageModel, type Stage, stageOf } from '../image-model.ts';
import { createClassifier } from '../layers/classifier.ts';
import { dropPathRates } from '../layers/drop-path-rates.ts';
import { initSmall } from '../layers/init.ts';
import { ConvNeXtHead, ConvNeXtStage, ConvNeXtStem } from './convnext-blocks.ts';
import { CONVNEXT_KEY_MAPS } from './convnext-key-maps.ts';

/** What tells the members of the family apart. */
export interface ConvNeXtConfig {
  /** Blocks in each of the four stages. */
  depths: readonly [number, number, number, number];
}

const CHANNELS = [96, 192, 384, 768] as const;

/**
 * ConvNeXt (Liu et al. 2022, arXiv:2201.03545) with timm's parameter names. `forwardFeatures` gives
 * [N, C, H / 32, W / 32]; the head norms the pooled vector before it classifies.
 */
export class ConvNeXt extends ImageModel {
  readonly stem: ConvNeXtStem;
  readonly layers: nn.ModuleList<ConvNeXtStage>;
  readonly head: ConvNeXtHead;
  readonly numFeatures: number = CHANNELS[3];

  constructor(config: ConvNeXtConfig, options: BuildOptions) {
    super(options);
    const { inChans, numClasses, dropRate, dropPathRate } = options;
    this.stem = new ConvNeXtStem(inChans, CHANNELS[0]);
    this.layers = new nn.ModuleList(
      dropPathRates(dropPathRate, config.depths).map((rates, i) => {
        const channels = CHANNELS[i] ?? 0;
        return new ConvNeXtStage(CHANNELS[i - 1] ?? channels, channels, rates);
      }),
    );
    const classifier = createClassifier(this.numFeatures, numClasses);
    this.head = new ConvNeXtHead(classifier, this.numFeatures, dropRate);
    initSmall(this, true);
  }

  /** In the state dict `layers` is called `stages`, as timm calls it: that name is taken by a method here. */
  override *namedChildren(): Generator<[string, nn.AnyModule]> {
    for (const [name, child] of super.namedChildren()) yield [name === 'layers' ? 'stages' : name, child];
  }

  override stages(): readonly Stage[] {
    const layers = Array.from(this.layers, (layer, i) => stageOf(`stages.${i}`, layer));
    return [stageOf('stem', this.stem), ...layers];
  }

  protected override classify(features: Tensor, preLogits: boolean): Tensor {
    return this.head.call(F.adaptiveAvgPool2d(features, 1).flatten(1), preLogits);
  }
}

/** From timm's `default_cfgs` in `models/convnext.py`. */
function weights(name: string): WeightsInfo[] {
  const recipe = (tag: string, numClasses: number, cropPct: number): WeightsInfo =>
    timmWeights(name, tag, { ...IMAGENET, size: 224, interpolation: 'bicubic', cropPct }, { numClasses });
  return [
    recipe('in12k_ft_in1k', 1000, 0.95),
    recipe('fb_in22k_ft_in1k', 1000, 0.875),
    recipe('fb_in1k', 1000, 0.875),
    recipe('in12k', 11821, 0.95),
    recipe('fb_in22k', 21841, 0.875),
  ];
}

export function convnextFamily(registerModel: RegisterModel): void {
  const add = (size: string, dropPath: number, config: ConvNeXtConfig) => {
    const name = `convnext_${size}`;
    registerModel(name, {
      family: 'convnext',
      description: `ConvNeXt, ${size}`,
      paper: 'Liu et al. 2022, arXiv:2201.03545',
      build: (options) => new ConvNeXt(config, options),
      weights: weights(name),
      firstConv: 'stem.0',
      classifier: 'head.fc',
      keyMaps: CONVNEXT_KEY_MAPS,
      torchvision: {
        name,
        differences: `stochastic depth is ${dropPath} by default (timm and here: 0)`,
      },
    });
  };
  add('tiny', 0.1, { depths: [3, 3, 9, 3] });
  add('small', 0.4, { depths: [3, 3, 27, 3] });
}
