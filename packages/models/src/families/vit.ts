import { empty, F, nn, type Tensor } from '@radweave/torch';
import type { BuildOptions, InputInfo, ModelEntry, RegisterModel, WeightsInfo } from '../entry/entry.ts';
import { IMAGENET, INCEPTION, timmWeights } from '../entry/imagenet.ts';
import { ImageModel, type Stage, stageOf } from '../image-model.ts';
import { type Classifier, createClassifier } from '../layers/classifier.ts';
import { dropPathRates } from '../layers/drop-path-rates.ts';
import { patchGrid, requireImageSize } from '../layers/image-size.ts';
import { initSmall } from '../layers/init.ts';
import { EPS, PatchEmbed, ViTBlock } from './vit-blocks.ts';
import { VIT_KEY_MAPS, VIT_OBSOLETE } from './vit-key-maps.ts';
import { PREFIX_TOKENS, resamplePositions, squareSide } from './vit-positions.ts';

const AUGREG: InputInfo = { ...INCEPTION, size: 224, interpolation: 'bicubic', cropPct: 0.9 };
const DINO: InputInfo = { ...AUGREG, ...IMAGENET };
const DINOV2: InputInfo = { ...DINO, size: 518, cropPct: 1 };

/** timm's name of a training recipe. */
type ViTRecipe =
  | 'augreg2_in21k_ft_in1k'
  | 'augreg_in21k_ft_in1k'
  | 'augreg_in1k'
  | 'augreg_in21k'
  | 'dino'
  | 'lvd142m';

/** Classes and preparation of the images, from timm's `default_cfgs` in `models/vision_transformer.py`. */
const RECIPES: Readonly<Record<ViTRecipe, readonly [numClasses: number, InputInfo]>> = {
  augreg2_in21k_ft_in1k: [1000, AUGREG],
  augreg_in21k_ft_in1k: [1000, AUGREG],
  augreg_in1k: [1000, AUGREG],
  augreg_in21k: [21843, AUGREG],
  dino: [0, DINO],
  lvd142m: [0, DINOV2],
};

/** Facts on the weights that timm publishes. */
function vitWeights(name: string, tags: readonly ViTRecipe[]): WeightsInfo[] {
  return tags.map((tag) => {
    const [numClasses, input] = RECIPES[tag];
    return timmWeights(name, tag, input, { numClasses });
  });
}

/** What tells the members of the family apart. */
export interface VisionTransformerConfig {
  /** Side of a patch in pixels. */
  patch: number;
  /** Length of a token. */
  dim: number;
  heads: number;
  /** Start of the factors on the residual branches; without them where absent. */
  layerScale?: number;
}

const DEPTH = 12;

/**
 * Vision Transformer (Dosovitskiy et al. 2021, arXiv:2010.11929) with timm's parameter names. `forwardFeatures` gives
 * tokens [N, 1 + patches, C], the class token first; that one is classified. `featureMap` lays the others out as
 * [N, C, H / patch, W / patch].
 *
 * The image size is fixed when the model is made; weights of another size have their position weights resampled.
 */
export class VisionTransformer extends ImageModel {
  readonly cls_token: nn.Parameter;
  readonly pos_embed: nn.Parameter;
  readonly patch_embed: PatchEmbed;
  readonly blocks: nn.Sequential;
  readonly norm: nn.LayerNorm;
  readonly head: Classifier;
  readonly numFeatures: number;
  readonly imageSize: readonly [number, number];
  private readonly grid: readonly [number, number];

  constructor(config: VisionTransformerConfig, options: BuildOptions) {
    super(options);
    const { patch, dim, heads, layerScale = null } = config;
    const { inChans, numClasses, imageSize } = options;
    this.numFeatures = dim;
    this.imageSize = imageSize;
    this.grid = patchGrid('ViT', imageSize, patch);
    this.patch_embed = new PatchEmbed(inChans, dim, patch);
    this.cls_token = new nn.Parameter(empty([1, PREFIX_TOKENS, dim]));
    this.pos_embed = new nn.Parameter(empty([1, PREFIX_TOKENS + this.grid[0] * this.grid[1], dim]));
    const rates = dropPathRates(options.dropPathRate, [DEPTH]).flat();
    this.blocks = new nn.Sequential(
      rates.map((dropPath) => new ViTBlock({ dim, heads, layerScale, dropPath })),
    );
    this.norm = new nn.LayerNorm(dim, { eps: EPS });
    this.head = createClassifier(dim, numClasses);
    this.initWeights();
  }

  override stages(): readonly Stage[] {
    const { patch_embed, cls_token, pos_embed } = this;
    return [
      { name: 'stem', members: [patch_embed, cls_token, pos_embed], forward: (x) => this.embed(x) },
      ...Array.from(this.blocks, (block, i) => stageOf(`blocks.${i}`, block)),
    ];
  }

  protected override checkInput(x: Tensor): void {
    super.checkInput(x);
    requireImageSize('ViT', this.imageSize, x);
  }

  /** The input of the last block: after it only the class token continues to the logits. */
  override get mapLayer(): string {
    return `blocks.${DEPTH - 2}`;
  }

  private embed(x: Tensor): Tensor {
    const ofClass = this.cls_token.expand([x.size(0), PREFIX_TOKENS, this.numFeatures]);
    return F.cat([ofClass, this.patch_embed.call(x)], 1).add(this.pos_embed);
  }

  protected override finish(x: Tensor): Tensor {
    return this.norm.call(x);
  }

  /** The patches' tokens on their grid; also of tokens between two blocks. */
  override featureMap(features: Tensor): Tensor {
    const [batch = 0, tokens = 0, channels = 0] = features.shape;
    const ofPatches = features.narrow(1, PREFIX_TOKENS, tokens - PREFIX_TOKENS);
    return ofPatches.transpose(1, 2).reshape([batch, channels, ...this.grid]);
  }

  protected override classify(features: Tensor, preLogits: boolean): Tensor {
    const pooled = F.dropout(features.select(1, 0), this.dropRate, this.training);
    return preLogits ? pooled : this.head.call(pooled);
  }

  /** As timm: position weights for as many patches are taken as they are. */
  override fitToSize(state: Map<string, Tensor>): string | null {
    const positions = state.get('pos_embed');
    if (positions === undefined || positions.size(1) === this.pos_embed.size(1)) return null;
    const side = squareSide(positions);
    state.set('pos_embed', resamplePositions(positions, this.grid));
    return `position weights ${side}×${side} → ${this.grid[0]}×${this.grid[1]} by bicubic resampling`;
  }

  private initWeights(): void {
    nn.init.truncNormal_(this.pos_embed, 0, 0.02);
    nn.init.normal_(this.cls_token, 0, 1e-6);
    initSmall(this);
  }
}

export function vitFamily(registerModel: RegisterModel): void {
  const add = (
    name: string,
    config: VisionTransformerConfig,
    tags: readonly ViTRecipe[],
    more: Pick<ModelEntry, 'description' | 'paper'> & Partial<ModelEntry>,
  ) =>
    registerModel(name, {
      family: 'vit',
      build: (options) => new VisionTransformer(config, options),
      weights: vitWeights(name, tags),
      firstConv: 'patch_embed.proj',
      classifier: 'head',
      keyMaps: VIT_KEY_MAPS,
      obsolete: VIT_OBSOLETE,
      ...more,
    });
  const about = (size: string) => ({
    description: `Vision Transformer, ${size}: patches of 16`,
    paper: 'Dosovitskiy et al. 2021, arXiv:2010.11929; Steiner et al. 2022, arXiv:2106.10270',
  });
  const [ft, in1k, in21k] = ['augreg_in21k_ft_in1k', 'augreg_in1k', 'augreg_in21k'] as const;
  add('vit_tiny_patch16_224', { patch: 16, dim: 192, heads: 3 }, [ft, in21k], about('tiny'));
  add('vit_small_patch16_224', { patch: 16, dim: 384, heads: 6 }, [ft, in1k, in21k, 'dino'], about('small'));
  add(
    'vit_base_patch16_224',
    { patch: 16, dim: 768, heads: 12 },
    ['augreg2_in21k_ft_in1k', ft, in1k, in21k, 'dino'],
    {
      ...about('base'),
      aliases: ['vit_b_16'],
      torchvision: {
        name: 'vit_b_16',
        isSized: true,
        differences: 'the classifier starts at 0, other layers from other distributions (here as in timm)',
      },
    },
  );
  add('vit_small_patch14_dinov2', { patch: 14, dim: 384, heads: 6, layerScale: 1e-5 }, ['lvd142m'], {
    description: 'Vision Transformer, small: patches of 14, for DINOv2 (features; no classifier of its own)',
    paper: 'Oquab et al. 2023, arXiv:2304.07193',
    defaults: { numClasses: 0, imageSize: [518, 518] },
  });
}
