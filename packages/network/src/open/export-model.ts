import {
  DataError,
  explainFileError,
  hashFile,
  RadweaveError,
  requireNamed,
  requireWritableFile,
  UsageError,
} from '@radweave/artifacts';
import { existsSync, statSync } from '@radweave/artifacts/files';
import {
  applyWeights,
  createModel,
  type ImageModel,
  LAYOUTS,
  type Layout,
  type ModelInfo,
  modelInfo,
  readWeights,
  toLayout,
  toTimmNames,
} from '@radweave/models';
import { StoredTensor, type Tensor, tidy, toStored, writeSafetensors, writeTorchFile } from '@radweave/torch';
import { isModel } from './architecture.ts';
import { readCheckpointFacts } from './checkpoint.ts';

export interface ExportWish {
  /** A checkpoint of Radweave, or another program's weights. */
  file: string;
  /** The model that another program's weights are of. */
  model?: string | undefined;
  /** The image size that they are for, where it is not that of the model's name. */
  imageSize?: number | undefined;
  /** Whose names the tensors get; timm's unless given. */
  layout?: Layout;
  /** `.pth`, `.pt` or `.safetensors`. */
  output: string;
  /** Replaces a file that is there. */
  overwrite?: boolean;
}

/** Weights that another program can load. */
export interface ExportedModel {
  output: string;
  sha256: string;
  model: string;
  layout: Layout;
  tensors: number;
  numClasses: number;
  /** Channels that the network in the file takes. */
  inChans: number;
  /** How a slice, 0–1, is normalised for it: (x − mean) / std; null where the weights do not say. */
  input: { imageSize: number; mean: number; std: number } | null;
  /** How the other library differs; null where it does not, or nothing is known. */
  differences: string | null;
  /** Python that loads the file. */
  python: string[];
}

/** A file of weights, and the network that they are of. */
interface Source {
  info: ModelInfo;
  state: ReadonlyMap<string, Tensor>;
  numClasses: number;
  inChans: number;
  imageSize: number | undefined;
  input: ExportedModel['input'];
}

/**
 * Writes the weights of a file as torchvision or timm load them with `strict=True`. The file appears whole or not at all.
 *
 * @throws UsageError or RegistryError for what cannot be written so, DataError for weights that do not fit, ResourceError for
 *   what may not be read or written.
 */
export async function exportModel(wish: ExportWish): Promise<ExportedModel> {
  const { layout = 'timm', output } = wish;
  requireOutput(wish);
  requireNamed('file', wish.file, 'the file of the weights');
  await keepCheckpoint(wish);
  const source = await openSource(wish);
  const { info, inChans, input, numClasses } = source;
  const { tensors, network } = stored(source, wish.file, layout);
  const writing = /\.safetensors$/i.test(output)
    ? writeSafetensors(output, tensors)
    : writeTorchFile(output, tensors);
  await writing.catch((error: unknown) => {
    throw explainFileError(error, 'write', output);
  });
  return {
    output,
    sha256: hashFile(output),
    model: info.name,
    layout,
    tensors: tensors.size,
    numClasses,
    inChans: layout === 'torchvision' ? 3 : inChans,
    input,
    differences: (layout === 'torchvision' && info.torchvision?.differences) || null,
    python: [...network, ...loading(output)],
  };
}

function requireOutput({ output, overwrite = false, layout = 'timm' }: ExportWish): void {
  if (!LAYOUTS.includes(layout)) {
    throw new UsageError('E_EXPORT', `'${layout}' is not a layout: it is ${LAYOUTS.join(' or ')}`);
  }
  if (!/\.(pth|pt|safetensors)$/i.test(output)) {
    throw new UsageError('E_EXPORT', 'the name of the file must end in .pth, .pt or .safetensors', {
      where: `--output ${output}`,
    });
  }
  requireWritableFile(output, '--output');
  if (!overwrite && existsSync(output)) {
    throw new UsageError('E_EXPORT', 'there is a file of this name already', {
      where: output,
      hint: 'Choose another name, or use --overwrite',
    });
  }
}

/** Bare weights in the place of a checkpoint would lose what it was trained on and with. */
async function keepCheckpoint({ file, output }: ExportWish): Promise<void> {
  if (!existsSync(output)) return;
  const [read, there] = [statSync(file), statSync(output)];
  const isInput = read.dev === there.dev && read.ino === there.ino;
  // What cannot be read is no checkpoint.
  if (!isInput && (await readCheckpointFacts(output).catch(() => null)) === null) return;
  const what = isInput ? 'this is the file that is exported' : 'this is a checkpoint of Radweave';
  throw new UsageError('E_EXPORT', `${what}: bare weights do not replace it`, {
    where: output,
    hint: 'Choose another name with --output',
  });
}

async function openSource({ file, model, imageSize }: ExportWish): Promise<Source> {
  const saved = await readCheckpointFacts(file);
  if (saved !== null) {
    const { architecture, input } = saved.about;
    if (!isModel(architecture.name, model)) {
      throw new UsageError('E_CHECKPOINT_MODEL', `this checkpoint is a ${architecture.name}`, {
        where: file,
        hint: `Leave out --model ${model}: the checkpoint says it`,
      });
    }
    return {
      info: modelInfo(architecture.name),
      state: await readWeights(file),
      numClasses: architecture.num_classes,
      inChans: architecture.in_chans,
      imageSize: input.image_size,
      input: { imageSize: input.image_size, mean: input.normalize_mean, std: input.normalize_std },
    };
  }
  if (model === undefined) {
    throw new UsageError('E_EXPORT', 'this file does not say which model its weights are of', {
      where: file,
      hint: 'Name it with --model',
    });
  }
  const info = modelInfo(model);
  const state = await readWeights(file);
  const names = toTimmNames(state, info.keyMaps ?? []);
  const numClasses = names.get(`${info.classifier}.weight`)?.size(0) ?? 0;
  const inChans = names.get(`${info.firstConv}.weight`)?.size(1) ?? 3;
  return { info, state, numClasses, inChans, imageSize, input: null };
}

/** The bytes to write, and the Python that builds a network for them. */
function stored(source: Source, file: string, layout: Layout) {
  const { info, numClasses, inChans, imageSize } = source;
  return tidy(() => {
    const size = imageSize === undefined ? {} : { imageSize };
    const model = createModel(info.name, { numClasses, inChans, ...size }).eval();
    fill(model, source, file);
    const tensors = new Map<string, StoredTensor>();
    for (const [name, tensor] of toLayout(model, info, layout)) {
      const value = toStored(tensor);
      if (value instanceof StoredTensor) tensors.set(name, value);
    }
    return { tensors, network: building(model, source, layout) };
  });
}

/** Nothing is left out and nothing is made to fit: what comes out is what was in the file. */
function fill(model: ImageModel, { info, state }: Source, file: string): void {
  const mismatch = (what: string, hint?: string, cause?: unknown): DataError =>
    new DataError('E_EXPORT', `these are not weights of ${info.name}: ${what}`, { where: file, hint, cause });
  try {
    const { resized } = applyWeights(model, info, state);
    if (resized !== undefined) {
      throw mismatch(`they are for images of another size (${resized})`, 'Say which with --image_size');
    }
  } catch (error) {
    if (error instanceof RadweaveError || !(error instanceof Error)) throw error;
    throw mismatch(error.message, 'Check --model and --image_size', error);
  }
}

function building(model: ImageModel, { info, numClasses, inChans }: Source, layout: Layout): string[] {
  const side = 'imageSize' in model && Array.isArray(model.imageSize) ? Number(model.imageSize[0]) : null;
  if (layout === 'timm') {
    const sized = side === null ? '' : `, img_size=${side}`;
    const call = `timm.create_model('${info.name}', num_classes=${numClasses}, in_chans=${inChans}${sized})`;
    return ['import timm', `model = ${call}`];
  }
  const sized = info.torchvision?.isSized === true ? `, image_size=${side}` : '';
  const call = `torchvision.models.${info.torchvision?.name}(num_classes=${numClasses}${sized})`;
  return ['import torchvision', `model = ${call}`];
}

function loading(output: string): string[] {
  const path = JSON.stringify(output);
  return /\.safetensors$/i.test(output)
    ? ['from safetensors.torch import load_file', `model.load_state_dict(load_file(${path}))`]
    : ['import torch', `model.load_state_dict(torch.load(${path}, map_location='cpu'))`];
}
