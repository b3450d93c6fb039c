import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PythonSession, python, tempDir } from '@radweave/testkit';
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
  /** Whether the model is told the image size. */
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

/** One slice and several, each number of channels and each mode once: for the larger models, whose code a smaller one shares. */
const coveringPasses = (several: number): readonly PassCase[] => [
  { batch: 1, channels: 1, train: false },
  { batch: several, channels: 3, train: true },
];

const SMALLEST =
  /^(resnet18|swin_tiny_patch4_window7_224|efficientnet_b0|mobilenetv3_small_100|densenet121|vit_tiny_patch16_224)$/;

/** Whether it is the model of its family that is compared most: the others share its code. */
export const isSmallest = (name: string): boolean => SMALLEST.test(name);

const WITHOUT_BATCH_NORM = /^(swin|convnext|vit)/;

/** What to run a model on. */
export function passesOf(name: string): readonly PassCase[] {
  if (isSmallest(name)) return ALL_PASSES;
  return coveringPasses(WITHOUT_BATCH_NORM.test(name) ? 2 : 4);
}

/** The same for another torch: one slice gives the last batch norms four numbers, in which its rounding grows. */
export function conditionedPassesOf(name: string): readonly PassCase[] {
  const passes = passesOf(name);
  if (WITHOUT_BATCH_NORM.test(name)) return passes;
  return passes.map((pass) => (pass.train ? { ...pass, batch: 4 } : pass));
}

/** A Python that runs models for `record`. @param interpreter the reference interpreter unless named; timm is among the peers only. */
export function referencePython(interpreter?: string): PythonSession {
  return new PythonSession(scriptOf('reference.py'), interpreter);
}

/** Runs a model in Python. */
export async function record(reference: PythonSession, job: ReferenceJob): Promise<Recording> {
  const file = join(tempDir(), 'tensors.pth');
  await reference.ask({ ...job, file });
  return read(file);
}

/** Runs a script of this folder and reads the checkpoint of tensors that it writes. */
export function runScript(script: string, job: object, interpreter?: string): Promise<Recording> {
  const path = join(tempDir(), 'tensors.pth');
  python(scriptOf(script), { args: [path], input: JSON.stringify(job), interpreter });
  return read(path);
}

function scriptOf(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
}

async function read(path: string): Promise<Recording> {
  const recording = new Map<string, Tensor>();
  const loaded = await loadCheckpoint(path);
  if (!(loaded instanceof Map)) throw new TypeError(`${path} holds no dict`);
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
