import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peersPython, python, tempDir } from '@radweave/testkit';
import { loadCheckpoint, Tensor } from '@radweave/torch';

/** One forward and backward pass. */
export interface PassCase {
  batch: number;
  channels: number;
  train: boolean;
}

/** A model of the reference library, and what to run it on. */
export interface ReferenceJob {
  library: 'torchvision' | 'timm';
  /** Its name there. */
  reference: string;
  /** torchvision: the module whose output is the feature map. */
  features?: string;
  firstConv: string;
  head: string;
  imageSize: number;
  /** timm: whether the model is told the image size. */
  sized: boolean;
  classes: number;
  cases: readonly PassCase[];
}

/** What the reference stored: `state/…`, `firstConv/…`, `case0/…`. */
export type Recording = ReadonlyMap<string, Tensor>;

/** Four passes in which every two of batch 1 or 4, 3 or 1 channels, eval or train mode meet. */
const ALL_PASSES: readonly PassCase[] = [
  { batch: 1, channels: 3, train: false },
  { batch: 1, channels: 1, train: true },
  { batch: 4, channels: 1, train: false },
  { batch: 4, channels: 3, train: true },
];

/** Every batch size, number of channels and mode once: for the larger models, whose code a smaller one shares. */
const COVERING_PASSES: readonly PassCase[] = [
  { batch: 1, channels: 1, train: false },
  { batch: 4, channels: 3, train: true },
];

const SMALLEST =
  /^(resnet18|swin_tiny_patch4_window7_224|efficientnet_b0|mobilenetv3_small_100|densenet121|vit_tiny_patch16_224)$/;

/** What to run a model on. */
export function passesOf(name: string): readonly PassCase[] {
  return SMALLEST.test(name) ? ALL_PASSES : COVERING_PASSES;
}

/** Runs a model in Python; timm is in the peers' environment only. */
export function record(job: ReferenceJob): Promise<Recording> {
  return runScript('reference.py', job, job.library === 'timm' ? peersPython() : undefined);
}

/** Runs a script of this folder and reads the checkpoint of tensors that it writes. */
export async function runScript(script: string, job: object, interpreter?: string): Promise<Recording> {
  const path = join(tempDir(), 'tensors.pth');
  const source = readFileSync(fileURLToPath(new URL(script, import.meta.url)), 'utf8');
  python(source, { args: [path], input: JSON.stringify(job), interpreter });
  const recording = new Map<string, Tensor>();
  const loaded = await loadCheckpoint(path);
  if (!(loaded instanceof Map)) throw new TypeError(`${script} wrote no dict`);
  for (const [name, value] of loaded) {
    if (typeof name === 'string' && value instanceof Tensor) recording.set(name, value);
  }
  return recording;
}

/** One of the tensors. @throws Error when the script did not store it. */
export function recorded(recording: Recording, name: string): Tensor {
  const value = recording.get(name);
  if (value === undefined) throw new Error(`the reference recorded no ${name}`);
  return value;
}

/** The entries under a prefix, without it. */
export function under(recording: Recording, prefix: string): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const [name, value] of recording) {
    if (name.startsWith(`${prefix}/`)) found.set(name.slice(prefix.length + 1), value);
  }
  return found;
}

/** Largest difference as a part of the reference's largest absolute value. */
export function relativeDifference(ours: Tensor, theirs: Tensor): number {
  if (String(ours.shape) !== String(theirs.shape))
    throw new RangeError(`[${ours.shape}] for [${theirs.shape}]`);
  return ours.sub(theirs).abs().max().item() / theirs.abs().max().item();
}
