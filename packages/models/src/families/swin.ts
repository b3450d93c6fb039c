import { F, nn, type Tensor } from '@radweave/torch';
import type { BuildOptions, InputInfo, RegisterModel, WeightsInfo } from '../entry/entry.ts';
import { IMAGENET, timmWeights } from '../entry/imagenet.ts';
import { ImageModel, type Stage, stageOf } from '../image-model.ts';
import { type Classifier, createClassifier } from '../layers/classifier.ts';
import { dropPathRates } from '../layers/drop-path-rates.ts';
import { patchGrid, requireImageSize } from '../layers/image-size.ts';
import { initSmall } from '../layers/init.ts';
import { PatchMerging, SwinBlock } from './swin-blocks.ts';
import { SWIN_KEY_MAPS, SWIN_OBSOLETE } from './swin-key-maps.ts';
import type { Pair } from './swin-windows.ts';

/** What tells the members of the family apart. */
export interface SwinConfig {
  /** Channels after the patch embedding; each stage doubles them. */
  embedDim: number;
  depths: readonly number[];
  heads: readonly number[];
}

const PATCH = 4;
const WINDOW = 7;

/** Non-overlapping patches as vectors: [N, C, H, W] to [N, H / 4, W / 4, dim]. */
class PatchEmbed extends nn.Module {
  readonly proj: nn.Conv2d;
  readonly norm: nn.LayerNorm;

  constructor(inChans: number, dim: number) {
    super();
    this.proj = new nn.Conv2d(inChans, dim, PATCH, { stride: PATCH });
    this.norm = new nn.LayerNorm(dim);
  }

  override forward(x: Tensor): Tensor {
    return this.norm.call(this.proj.call(x).permute([0, 2, 3, 1]));
  }
}

/** Downsampling (not in the first stage), then the blocks. */
class SwinStage extends nn.Module {
  readonly downsample: PatchMerging | nn.Identity;
  readonly blocks: nn.Sequential;

  constructor(
    options: { dim: number; heads: number; size: Pair; nominal: Pair; isFirst: boolean },
    rates: readonly number[],
  ) {
    super();
    const { isFirst, ...block } = options;
    this.downsample = isFirst ? new nn.Identity() : new PatchMerging(options.dim / 2);
    this.blocks = new nn.Sequential(
      rates.map((dropPath, i) => new SwinBlock({ ...block, window: WINDOW, shifted: i % 2 === 1, dropPath })),
    );
  }

  override forward(x: Tensor): Tensor {
    return this.blocks.call(this.downsample.call(x));
  }
}

class Head extends nn.Module {
  readonly fc: Classifier;

  constructor(fc: Classifier) {
    super();
    this.fc = fc;
  }

  override forward(x: Tensor): Tensor {
    return this.fc.call(x);
  }
}

/**
 * Swin Transformer (Liu et al. 2021, arXiv:2103.14030) with timm's parameter names. `forwardFeatures` gives
 * [N, H / 32, W / 32, C], channels last as in timm; `featureMap` turns that into [N, C, h, w].
 *
 * The image size is fixed when the model is made, because masks and windows depend on it.
 */
export class SwinTransformer extends ImageModel {
  readonly patch_embed: PatchEmbed;
  readonly layers: nn.ModuleList<SwinStage>;
  readonly norm: nn.LayerNorm;
  readonly head: Head;
  readonly numFeatures: number;
  readonly imageSize: Pair;

  constructor(config: SwinConfig, options: BuildOptions) {
    super(options);
    const { embedDim, depths, heads } = config;
    this.imageSize = options.imageSize;
    this.numFeatures = embedDim * 2 ** (depths.length - 1);
    this.patch_embed = new PatchEmbed(options.inChans, embedDim);
    const grid = patchGrid('Swin', options.imageSize, PATCH);
    const rates = dropPathRates(options.dropPathRate, depths);
    this.layers = new nn.ModuleList(
      rates.map((ofStage, i) => {
        const scale = 2 ** i;
        const size: Pair = [Math.ceil(grid[0] / scale), Math.ceil(grid[1] / scale)];
        const nominal: Pair = [Math.floor(grid[0] / scale), Math.floor(grid[1] / scale)];
        const shape = { dim: embedDim * scale, heads: heads[i] ?? 1, size, nominal, isFirst: i === 0 };
        return new SwinStage(shape, ofStage);
      }),
    );
    this.norm = new nn.LayerNorm(this.numFeatures);
    this.head = new Head(createClassifier(this.numFeatures, options.numClasses));
    initSmall(this);
  }

  override stages(): readonly Stage[] {
    const layers = Array.from(this.layers, (layer, i) => stageOf(`layers.${i}`, layer));
    return [stageOf('stem', this.patch_embed), ...layers];
  }

  override forwardFeatures(x: Tensor): Tensor {
    requireImageSize('Swin', this.imageSize, x);
    return super.forwardFeatures(x);
  }

  protected override finish(x: Tensor): Tensor {
    return this.norm.call(x);
  }

  override featureMap(features: Tensor): Tensor {
    return features.permute([0, 3, 1, 2]);
  }

  protected override classify(features: Tensor, preLogits: boolean): Tensor {
    const pooled = F.dropout(features.mean([1, 2]), this.dropRate, this.training);
    return preLogits ? pooled : this.head.call(pooled);
  }
}

/** Windows shrink with the feature maps of small images; torchvision's do not. */
function unlike(model: ImageModel): string | undefined {
  const places = (2 * WINDOW - 1) ** 2;
  const isWhole = Array.from(model.stateDict()).every(
    ([name, { shape }]) => !name.endsWith('.relative_position_bias_table') || shape[0] === places,
  );
  return isWhole
    ? undefined
    : `some windows of this network are smaller than the ${WINDOW}×${WINDOW} places that torchvision's have, because of its image size`;
}

/** From timm's `default_cfgs` in `models/swin_transformer.py`. */
function weights(name: string, tags: readonly string[]): WeightsInfo[] {
  const input: InputInfo = { ...IMAGENET, size: 224, interpolation: 'bicubic', cropPct: 0.9 };
  return tags.map((tag) => timmWeights(name, tag, input, { license: 'mit' }));
}

export function swinFamily(registerModel: RegisterModel): void {
  const add = (
    size: string,
    short: string,
    dropPath: number,
    config: SwinConfig,
    tags: readonly string[],
  ) => {
    const name = `swin_${size}_patch4_window7_224`;
    registerModel(name, {
      family: 'swin',
      description: `Swin Transformer, ${size}: patches of 4, windows of 7`,
      paper: 'Liu et al. 2021, arXiv:2103.14030',
      build: (options) => new SwinTransformer(config, options),
      aliases: [short],
      weights: weights(name, tags),
      firstConv: 'patch_embed.proj',
      classifier: 'head.fc',
      defaults: { dropPathRate: 0.1 },
      keyMaps: SWIN_KEY_MAPS,
      obsolete: SWIN_OBSOLETE,
      torchvision: {
        name: short,
        differences:
          `stochastic depth is ${dropPath} by default (timm and here: 0.1); feature maps that are not a multiple of ` +
          'the window are padded before the shift, not after it',
        unlike,
      },
    });
  };
  const [ft, plain] = ['ms_in22k_ft_in1k', 'ms_in1k'];
  const heads = [3, 6, 12, 24];
  add('tiny', 'swin_t', 0.2, { embedDim: 96, depths: [2, 2, 6, 2], heads }, [plain, ft]);
  add('small', 'swin_s', 0.3, { embedDim: 96, depths: [2, 2, 18, 2], heads }, [ft, plain]);
  add('base', 'swin_b', 0.5, { embedDim: 128, depths: [2, 2, 18, 2], heads: [4, 8, 16, 32] }, [ft, plain]);
}
