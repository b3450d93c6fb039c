import { nn, noGrad, type Tensor, tidy } from '@radweave/torch';

/** A step of the way from image to features, as freezing counts them. */
export interface Stage {
  /** `stem`, or the name of the module, such as `layer1`. */
  name: string;
  /** What learns in it. */
  members: readonly (nn.AnyModule | nn.Parameter)[];
  forward: (x: Tensor) => Tensor;
}

/** The forward pass in two halves, for heat maps of what lies between them. */
export interface SplitForward {
  /** Where it is cut: the output of this stage, or of `forwardFeatures`. */
  layer: string;
  /** Slices [N, inChans, H, W] to activations in the family's shape; `featureMap` lays them out as [N, C, h, w]. */
  activations: (x: Tensor) => Tensor;
  /** Activations to logits [N, numClasses]. */
  finish: (activations: Tensor) => Tensor;
}

/** A stage that is one module. */
export function stageOf(name: string, module: nn.Module): Stage {
  return { name, members: [module], forward: (x) => module.call(x) };
}

/** What every family is built with. */
export interface ImageModelOptions {
  /** Outputs of the classifier; 0 for none. */
  numClasses: number;
  /** Channels of the slices. */
  inChans: number;
  /** Dropout before the classifier. */
  dropRate: number;
}

/** Name of the cut between `forwardFeatures` and `forwardHead`. */
const FEATURES = 'features';

/**
 * An image classifier in timm's shape: stages, a feature map, a pooled head.
 *
 * A family gives `stages()`, `classify()` and the two methods around the classifier; freezing, the feature map and the
 * forward pass are the same for all.
 */
export abstract class ImageModel extends nn.Module {
  /** Length of the feature vector before the classifier. */
  abstract readonly numFeatures: number;
  readonly inChans: number;
  /** 0 where there is no classifier. */
  readonly numClasses: number;
  protected readonly dropRate: number;
  /** How many entries of `stages()` are frozen: the stem counts as one. */
  private frozen = 0;

  constructor({ inChans, numClasses, dropRate }: ImageModelOptions) {
    super();
    this.inChans = inChans;
    this.numClasses = numClasses;
    this.dropRate = dropRate;
  }

  /** The stem, then the stages, in the order of the forward pass. */
  abstract stages(): readonly Stage[];

  /** From the last stage's output to what `forwardFeatures` gives: the final norm, where there is one. */
  protected finish(x: Tensor): Tensor {
    return x;
  }

  /** Pools features to [N, numFeatures] and classifies them unless `preLogits` is set. */
  protected abstract classify(features: Tensor, preLogits: boolean): Tensor;

  /**
   * Changes weights under timm's names in place where they depend on the image size and the model has another one.
   *
   * @returns what was changed, for the log; null for nothing.
   */
  fitToSize(_state: Map<string, Tensor>): string | null {
    return null;
  }

  /** Features in the shape [N, C, h, w], for heat maps; also for gradients with respect to the features. */
  featureMap(features: Tensor): Tensor {
    return features;
  }

  /** Where heat maps are usually taken: the last place whose every position continues to the logits. */
  get mapLayer(): string {
    return FEATURES;
  }

  /** Where the forward pass can be cut: the stages, then `features`. */
  get mapLayers(): readonly string[] {
    return [...this.stages().map(({ name }) => name), FEATURES];
  }

  /** Cuts the forward pass in two at one of `mapLayers`. @throws RangeError when there is no such layer. */
  splitForward(layer: string = this.mapLayer): SplitForward {
    if (layer === FEATURES) {
      const activations = (x: Tensor) => this.forwardFeatures(x);
      return { layer, activations, finish: (features) => this.forwardHead(features) };
    }
    const end = this.stages().findIndex(({ name }) => name === layer) + 1;
    if (end === 0) throw new RangeError(`there is no layer '${layer}': give ${this.mapLayers.join(', ')}`);
    return {
      layer,
      activations: (x) => {
        this.checkInput(x);
        return this.forwardStages(x, 0, end);
      },
      finish: (activations) => this.fromStage(end, activations),
    };
  }

  /** Slices [N, inChans, H, W] to features before pooling, in timm's shape: see each family. */
  forwardFeatures(x: Tensor): Tensor {
    this.checkInput(x);
    return tidy(() => this.finish(this.forwardStages(x, 0)));
  }

  /** Features to logits [N, numClasses], or to the pooled vector [N, numFeatures]. */
  forwardHead(features: Tensor, options: { preLogits?: boolean } = {}): Tensor {
    return tidy(() => this.classify(features, options.preLogits ?? false));
  }

  /** Slices [N, inChans, H, W] to logits [N, numClasses]; to the pooled vector when there is no classifier. */
  override forward(x: Tensor): Tensor {
    return this.forwardHead(this.forwardFeatures(x));
  }

  /**
   * Runs the stages `from` to below `to` (entries of `stages()`). Frozen ones record no graph, so that what leaves
   * them needs no gradient even if their input does.
   */
  forwardStages(x: Tensor, from: number, to: number = this.stages().length): Tensor {
    return tidy(() => {
      let value = x;
      for (const [index, stage] of this.stages().slice(from, to).entries()) {
        const input = value;
        const run = () => tidy(() => stage.forward(input));
        value = from + index < this.frozen ? noGrad(run) : run();
        // Frees each stage's output as soon as the next one has used it (autograd holds what it needs itself).
        if (input !== x && input !== value) input.dispose();
      }
      return value;
    });
  }

  /** Slices [N, inChans, H, W] to what the frozen stages make of them; the slices themselves when none is frozen. */
  forwardFrozen(x: Tensor): Tensor {
    this.checkInput(x);
    return this.forwardStages(x, 0, this.frozen);
  }

  /** What {@link forwardFrozen} gave to logits [N, numClasses], as `forward` gives them. */
  forwardLearning(frozen: Tensor): Tensor {
    return this.fromStage(this.frozen, frozen);
  }

  /** The input of entry `from` of `stages()` to logits. */
  private fromStage(from: number, x: Tensor): Tensor {
    return tidy(() => this.classify(this.finish(this.forwardStages(x, from)), false));
  }

  /**
   * Stops the stem and the first `stages` stages from learning: no gradients, no graph, and batch norm, dropout and
   * drop path stay in eval mode whatever `train()` says. 0 lets all learn again.
   *
   * @throws RangeError when there are fewer stages.
   */
  freeze(stages: number): this {
    const all = this.stages();
    const most = all.length - 1;
    if (!Number.isInteger(stages) || stages < 0 || stages > most) {
      const names = all.map((stage) => stage.name).join(', ');
      throw new RangeError(`cannot freeze ${stages} stages: give 0 to ${most} (stages: ${names})`);
    }
    const before = this.frozen;
    this.frozen = stages === 0 ? 0 : stages + 1;
    for (const [index, stage] of all.entries()) {
      // Stages that were not frozen from here keep whatever else has been set on them.
      if (index < this.frozen || index < before) learn(stage, index >= this.frozen);
    }
    return this.train(this.training);
  }

  /** How many stages after the stem are frozen. */
  get frozenStages(): number {
    return Math.max(0, this.frozen - 1);
  }

  override train(mode = true): this {
    super.train(mode);
    for (const stage of this.stages().slice(0, this.frozen)) {
      for (const member of stage.members) if (member instanceof nn.Module) member.eval();
    }
    return this;
  }

  /** @throws RangeError when the model does not take slices of this shape. */
  protected checkInput(x: Tensor): void {
    const [, channels, height, width] = x.shape;
    if (channels !== this.inChans || height === undefined || width === undefined || x.ndim !== 4) {
      throw new RangeError(`expected slices [N, ${this.inChans}, H, W], got [${x.shape}]`);
    }
  }
}

function learn(stage: Stage, value: boolean): void {
  for (const member of stage.members) {
    if (member instanceof nn.Module) member.requiresGrad_(value);
    else {
      member.requiresGrad = value;
      if (!value) member.grad = null;
    }
    if (!value && member instanceof nn.Module) member.zeroGrad();
  }
}
