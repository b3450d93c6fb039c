import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Tensor } from '@radweave/torch';
import type { InputInfo } from '../entry/entry.ts';
import { IMAGENET } from '../entry/imagenet.ts';
import type { ImageModel } from '../image-model.ts';
import { type CreateModelOptions, createModel } from '../registry/create.ts';
import { type ModelInfo, modelInfo } from '../registry/registry.ts';
import { applyWeights, type WeightsReport } from './apply.ts';
import { type FetchOptions, fetchWeights, publishedWeights } from './fetch.ts';
import { orNone } from './hub/cache.ts';
import { sha256 } from './hub/checksum.ts';
import { torchCheckpoints } from './hub/settings.ts';
import { readWeights } from './read.ts';
import { WeightsError } from './weights-error.ts';

/** Options of {@link initialWeights}. */
export interface InitialWeightsOptions extends FetchOptions {
  /** A file of weights; null or absent for the pretrained ones. */
  file?: string | null;
}

/** What a model's weights are now. */
export interface InitialWeights {
  /** For the log and the checkpoint: which weights, and what was done to make them fit. */
  description: string;
  report: WeightsReport;
  /** How images were prepared for these weights; null for a file, which does not say. */
  input: Pick<InputInfo, 'mean' | 'std'> | null;
}

interface Source {
  path: string;
  label: string;
  input: InitialWeights['input'];
}

/**
 * Loads the weights that training or extraction starts from: those of a file, else the pretrained ones from the cache,
 * else from the hub. A classifier of another shape is left as the model made it, and the description says so.
 *
 * Where the hub cannot be reached, a checkpoint of torchvision in TORCH_HOME takes the place of the default weights:
 * another training of the same architecture, named as such in the description.
 *
 * @param model changed in place.
 * @param name its name, with or without a tag.
 * @throws WeightsError when there are no weights or they do not fit; the model is then as it was.
 */
export async function initialWeights(
  model: ImageModel,
  name: string,
  options: InitialWeightsOptions = {},
): Promise<InitialWeights> {
  const info = modelInfo(name);
  const { file } = options;
  const { path, label, input } =
    typeof file === 'string'
      ? { path: file, label: `weights of ${basename(file)} (sha256 ${await fileHash(file)})`, input: null }
      : await pretrainedFile(name, options);
  let skipped = '';
  const state = await readWeights(path, (classes) => {
    if (classes.length > 0) skipped = `, Python objects passed over: ${classes.join(', ')}`;
  });
  try {
    const report = load(model, info, state, path);
    return { description: `${label}${changes(model, report)}${skipped}`, report, input };
  } finally {
    for (const tensor of state.values()) tensor.dispose();
  }
}

/**
 * Builds a model with its pretrained weights, or those of `file`: {@link createModel}, then {@link initialWeights}. It is
 * a function of its own because weights may have to be fetched first.
 *
 * @throws WeightsError as {@link initialWeights}, RangeError and RegistryError as {@link createModel}.
 */
export async function createPretrainedModel(
  name: string,
  options: CreateModelOptions & InitialWeightsOptions = {},
): Promise<ImageModel> {
  const model = createModel(name, options);
  await initialWeights(model, name, options);
  return model;
}

/**
 * The file of pretrained weights that {@link initialWeights} would read, fetched where it is not here yet.
 *
 * @throws WeightsError when there is none.
 */
export async function pretrainedFile(name: string, options: FetchOptions = {}): Promise<Source> {
  try {
    const { path, sha256: hash, weights } = await fetchWeights(name, options);
    return { path, label: `pretrained ${weights.repo} (sha256 ${hash})`, input: weights.input };
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    const other = await torchvisionInstead(name, options, error);
    if (other === undefined) throw error;
    return other;
  }
}

/** Only for the default weights: who asks for certain ones gets these or none. */
async function torchvisionInstead(
  name: string,
  { tag, env = process.env }: FetchOptions,
  error: WeightsError,
): Promise<Source | undefined> {
  const { torchvision } = modelInfo(name);
  if (torchvision === undefined || tag !== undefined || name.includes('.')) return undefined;
  if (error.fault !== 'offline' && error.fault !== 'network') return undefined;
  const [path, ...more] = await findTorchvision(torchCheckpoints(env), torchvision.name);
  if (path === undefined) return undefined;
  if (more.length > 0) {
    const list = [path, ...more].map((each) => `\n            ${each}`).join('');
    throw new WeightsError(
      error.fault,
      `${error.message}\n  or one of torchvision's files on this machine, with --set model.weights=FILE:${list}`,
      { cause: error },
    );
  }
  const wanted = publishedWeights(name).weights.repo;
  const hash = await sha256(path);
  return {
    path,
    label: `pretrained by torchvision, ${basename(path)} (sha256 ${hash}), in place of ${wanted} which cannot be fetched`,
    input: IMAGENET,
  };
}

function load(
  model: ImageModel,
  info: ModelInfo,
  state: ReadonlyMap<string, Tensor>,
  path: string,
): WeightsReport {
  try {
    return applyWeights(model, info, state);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new WeightsError('mismatch', `${path} does not hold weights of ${info.name}: ${error.message}`, {
      cause: error,
    });
  }
}

function changes(model: ImageModel, report: WeightsReport): string {
  const { layout, adaptedFrom, head, headReason, resized } = report;
  const names = layout === 'timm' ? '' : `, ${layout} names`;
  const classifier =
    head || model.numClasses === 0 ? '' : `, classifier new for ${model.numClasses} classes (${headReason})`;
  const how = model.inChans === 1 ? 'summing' : 'repeating';
  const input = adaptedFrom === null ? '' : `, ${adaptedFrom} → ${channels(model.inChans)} by ${how}`;
  const size = resized === undefined ? '' : `, ${resized}`;
  return `${names}${classifier}${input}${size}`;
}

function channels(count: number): string {
  return `${count} channel${count === 1 ? '' : 's'}`;
}

async function fileHash(file: string): Promise<string> {
  try {
    return await sha256(file);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new WeightsError('unreadable', `the weights file cannot be read: ${what}`, {
      cause: error,
    });
  }
}

/**
 * torchvision's own checkpoints of an architecture in `torch.hub`'s folder, such as `resnet18-f37072fd.pth`: files
 * whose SHA-256 begins as their name says (`torch.hub.load_state_dict_from_url`, `check_hash`).
 *
 * @returns paths, sorted; several when several trainings of the architecture are there.
 */
async function findTorchvision(folder: string, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of ((await orNone(readdir(folder))) ?? []).sort()) {
    const digits = /^(.+)-([0-9a-f]{8,})\.pth$/.exec(file);
    if (digits?.[1] !== name) continue;
    const path = join(folder, file);
    if ((await sha256(path)).startsWith(digits[2] ?? '')) found.push(path);
  }
  return found;
}
