import { F, nn, type Tensor } from '@radweave/torch';

/** Channels that each layer adds. */
const GROWTH = 32;
/** Channels between the two convolutions of a layer. */
const BOTTLENECK = 4 * GROWTH;
const STEM = 2 * GROWTH;

/** Norm, 1×1 convolution, norm, 3×3 convolution; its 32 new channels are put behind those of its input. */
class DenseLayer extends nn.Module {
  readonly norm1: nn.BatchNormReLU2d;
  readonly conv1: nn.Conv2d;
  readonly norm2: nn.BatchNormReLU2d;
  readonly conv2: nn.Conv2d;

  constructor(inChannels: number) {
    super();
    this.norm1 = new nn.BatchNormReLU2d(inChannels);
    this.conv1 = new nn.Conv2d(inChannels, BOTTLENECK, 1, { bias: false });
    this.norm2 = new nn.BatchNormReLU2d(BOTTLENECK);
    this.conv2 = new nn.Conv2d(BOTTLENECK, GROWTH, 3, { padding: 1, bias: false });
  }

  override forward(x: Tensor): Tensor {
    const narrow = this.conv1.call(this.norm1.call(x));
    return F.cat([x, this.conv2.call(this.norm2.call(narrow))], 1);
  }
}

/** Halves channels and resolution. */
class Transition extends nn.Module {
  readonly norm: nn.BatchNormReLU2d;
  readonly conv: nn.Conv2d;

  constructor(inChannels: number) {
    super();
    this.norm = new nn.BatchNormReLU2d(inChannels);
    this.conv = new nn.Conv2d(inChannels, inChannels / 2, 1, { bias: false });
  }

  override forward(x: Tensor): Tensor {
    return F.avgPool2d(this.conv.call(this.norm.call(x)), 2);
  }
}

/** All layers before the pooling, under timm's names: the stem, blocks with transitions between them, a last norm. */
export class DenseFeatures extends nn.Sequential {
  readonly conv0: nn.Conv2d;
  readonly norm0: nn.BatchNormReLU2d;
  /** Each block with the transition that follows it, by their names; the last one has none. */
  readonly blocks: readonly Readonly<Record<string, nn.Module>>[];
  readonly norm5: nn.BatchNormReLU2d;
  readonly outChannels: number;

  /** @param depths layers in each block. */
  constructor(inChans: number, depths: readonly number[]) {
    const conv0 = new nn.Conv2d(inChans, STEM, 7, { stride: 2, padding: 3, bias: false });
    const norm0 = new nn.BatchNormReLU2d(STEM);
    let channels = STEM;
    const blocks = depths.map((depth, i) => {
      const block = denseBlock(channels, depth);
      channels += depth * GROWTH;
      if (i === depths.length - 1) return { [`denseblock${i + 1}`]: block };
      const transition = new Transition(channels);
      channels /= 2;
      return { [`denseblock${i + 1}`]: block, [`transition${i + 1}`]: transition };
    });
    const norm5 = new nn.BatchNormReLU2d(channels);
    super(Object.assign({ conv0, norm0 }, ...blocks, { norm5 }));
    this.conv0 = conv0;
    this.norm0 = norm0;
    this.blocks = blocks;
    this.norm5 = norm5;
    this.outChannels = channels;
  }
}

function denseBlock(inChannels: number, depth: number): nn.Sequential {
  const layers: Record<string, DenseLayer> = {};
  for (let i = 0; i < depth; i++) layers[`denselayer${i + 1}`] = new DenseLayer(inChannels + i * GROWTH);
  return new nn.Sequential(layers);
}
