import { nn } from '@radweave/torch';
import type { BatchNormSettings } from '../entry/entry.ts';
import { relu_ } from '../layers/relu.ts';
import {
  type Activation,
  type BlockOptions,
  ConvNormAct,
  DepthwiseSeparable,
  InvertedResidual,
  type PaddingRule,
  type Squeeze,
  SqueezeExcite,
} from './mbconv-blocks.ts';

/** A row of blocks. */
export interface BlockSpec {
  kind: 'ds' | 'ir' | 'cn';
  repeats: number;
  kernel: number;
  /** Of the first block; the others have 1. */
  stride: number;
  /** Depthwise channels for each input channel. */
  expansion: number;
  channels: number;
  squeezes: boolean;
  /** ReLU in place of the network's activation. */
  usesRelu: boolean;
}

/** Stages, each of one or more rows of blocks. */
export type Architecture = readonly (readonly BlockSpec[])[];

/** What all blocks of a network share. */
export interface StageOptions {
  /** Channels that enter the first stage. */
  inChannels: number;
  width: number;
  activation: Activation;
  /** Squeeze-and-excitation of a block, where it has one. */
  squeeze: (block: Pick<BlockOptions, 'inChannels' | 'midChannels'>) => Squeeze;
  batchNorm: BatchNormSettings;
  padding: PaddingRule;
  /** Stochastic depth that a block after the last would have. */
  dropPathRate: number;
}

const NOTATION = /^(ds|ir|cn)_r(\d+)_k(\d+)_s(\d+)(?:_e([\d.]+))?_c(\d+)(_se0\.25)?(_nre)?$/;

/**
 * Reads stages in timm's notation (`models/_efficientnet_builder.py`), as `ir_r2_k3_s2_e6_c24_se0.25_nre`: kind
 * (`ds` depthwise separable, `ir` inverted residual, `cn` convolution), repeats, kernel, stride, expansion, channels,
 * squeeze-and-excitation, ReLU.
 *
 * @throws SyntaxError for anything else.
 */
export function architecture(stages: readonly (readonly string[])[]): Architecture {
  return stages.map((rows) => rows.map(readRow));
}

function readRow(text: string): BlockSpec {
  const match = NOTATION.exec(text);
  if (match === null) throw new SyntaxError(`'${text}' is not a row of blocks in timm's notation`);
  const [, kind, repeats, kernel, stride, expansion = '1', channels, squeeze, relu] = match;
  return {
    kind: kind === 'ds' || kind === 'ir' ? kind : 'cn',
    repeats: Number(repeats),
    kernel: Number(kernel),
    stride: Number(stride),
    expansion: Number(expansion),
    channels: Number(channels),
    squeezes: squeeze !== undefined,
    usesRelu: relu !== undefined,
  };
}

/** The nearest multiple of 8, at least 8, never more than a tenth below `channels` (timm's `make_divisible`). */
export function roundChannels(channels: number): number {
  const nearest = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return nearest < 0.9 * channels ? nearest + 8 : nearest;
}

/** Builds the stages; `channels` is what the last one gives. */
export function buildStages(
  stages: Architecture,
  options: StageOptions,
): { blocks: nn.Sequential; channels: number } {
  drawProbe(options);
  const total = stages.flat().reduce((sum, row) => sum + row.repeats, 0);
  let { inChannels } = options;
  let index = 0;
  const built = stages.map((rows) => {
    const blocks: nn.Module[] = [];
    for (const row of rows) {
      for (let repeat = 0; repeat < row.repeats; repeat++) {
        const stride = blocks.length === 0 ? row.stride : 1;
        const dropPath = (options.dropPathRate * index++) / total;
        const block = blockOptions(row, options, { inChannels, stride, dropPath });
        blocks.push(createBlock(row, block));
        inChannels = block.outChannels;
      }
    }
    return new nn.Sequential(blocks);
  });
  return { blocks: new nn.Sequential(built), channels: inChannels };
}

function blockOptions(
  row: BlockSpec,
  options: StageOptions,
  own: Pick<BlockOptions, 'inChannels' | 'stride' | 'dropPath'>,
): BlockOptions {
  const { inChannels } = own;
  const midChannels = roundChannels(inChannels * row.expansion);
  return {
    ...own,
    midChannels,
    outChannels: roundChannels(row.channels * options.width),
    kernel: row.kernel,
    activation: row.usesRelu ? relu_ : options.activation,
    squeeze: row.squeezes ? options.squeeze({ inChannels, midChannels }) : null,
    batchNorm: options.batchNorm,
    padding: options.padding,
  };
}

function createBlock(row: BlockSpec, options: BlockOptions): nn.Module {
  switch (row.kind) {
    case 'ds':
      return new DepthwiseSeparable(options);
    case 'ir':
      return new InvertedResidual(options);
    case 'cn':
      return new ConvNormAct(options);
  }
}

/** timm tries its squeeze-and-excitation layer on 8 channels first: drawing that one too, a seed gives its weights. */
function drawProbe({ squeeze }: StageOptions): void {
  const probe = new SqueezeExcite(8, { ...squeeze({ inChannels: 8, midChannels: 8 }), channels: 8 });
  for (const parameter of probe.parameters()) parameter.dispose();
}
