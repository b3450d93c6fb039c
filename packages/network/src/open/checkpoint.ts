import {
  type CheckpointFacts,
  checkpointFacts,
  checkValues,
  DataError,
  explainFileError,
  RadweaveError,
} from '@radweave/artifacts';
import {
  CheckpointError,
  fromStored,
  loadCheckpoint,
  type optim,
  readCheckpoint as readStored,
  SharedMemory,
  Tensor,
  type TorchFileWriter,
  toStored,
  writeTorchFile,
} from '@radweave/torch';

/** What going on with training needs beside the weights. The last checkpoint has it; the best ones hold weights alone. */
export interface ResumeStates {
  optimizer: optim.OptimizerStateDict;
  scheduler: Record<string, unknown>;
  /** What scales the loss in float16; null in other precisions. */
  scaler: optim.GradScalerStateDict | null;
  /** State of the random generator that dropout draws from. */
  rng: Tensor;
  /** The same of a GPU's generator; null on a CPU. */
  deviceRng: Tensor | null;
  /** Predictions of an epoch that was interrupted, float64 [slices, classes], and their loss. */
  partial: { probabilities: Tensor; loss_sum: number; seen: number } | null;
}

/** Where a snapshot's tensors lie. */
export interface SnapshotMemory {
  readonly weights: SharedMemory;
  readonly states: SharedMemory;
}

/** A checkpoint in memory: values of their own, which training no longer changes. */
export interface Snapshot {
  readonly about: CheckpointFacts;
  readonly model: unknown;
  /** What resuming needs; null leaves weights alone. */
  readonly states: Readonly<Record<string, unknown>> | null;
  readonly memory: SnapshotMemory;
}

/** Copies all that training changes; what is on a device is fetched. */
export function takeSnapshot(
  about: CheckpointFacts,
  model: ReadonlyMap<string, Tensor>,
  states: ResumeStates | null,
  memory: SnapshotMemory = { weights: new SharedMemory(), states: new SharedMemory() },
): Snapshot {
  const stored = (value: unknown): unknown => toStored(value, memory.states);
  const more = states && {
    optimizer_state_dict: stored(states.optimizer),
    scheduler_state_dict: stored(states.scheduler),
    ...(states.scaler === null ? {} : { scaler_state_dict: stored(states.scaler) }),
    rng_state: stored(states.rng),
    ...(states.deviceRng === null ? {} : { device_rng_state: stored(states.deviceRng) }),
    partial_epoch: stored(states.partial),
  };
  return { about, model: toStored(model, memory.weights), states: more, memory };
}

/** The weights of a snapshot, as {@link readCheckpoint} gives those of its file. */
export function weightsOf({ model }: Snapshot): Map<string, Tensor> {
  const read = fromStored(model);
  if (!(read instanceof Map)) throw new TypeError('this snapshot has no weights');
  return read;
}

/**
 * Writes a checkpoint atomically.
 *
 * @param writer writes in its own thread; without it, this thread writes.
 * @throws ResourceError when the disk is full, fails, or is not writable.
 */
export async function writeCheckpoint(
  path: string,
  { about, model, states }: Snapshot,
  writer?: TorchFileWriter,
): Promise<void> {
  const value = { model_state_dict: model, ...states, ...about };
  const saving = writer === undefined ? writeTorchFile(path, value) : writer.write(path, value);
  await saving.catch((error: unknown) => {
    throw explainFileError(error, 'write', path);
  });
}

export interface ReadCheckpoint {
  about: CheckpointFacts;
  model: Map<string, Tensor>;
  /** Null where the file holds weights alone. */
  resume: ReadStates | null;
}

/** The states of training, read back; optimizer, scheduler and scaler check their own. */
export interface ReadStates extends Pick<ResumeStates, 'rng' | 'deviceRng' | 'partial'> {
  optimizer: unknown;
  scheduler: unknown;
  scaler: unknown;
}

/**
 * Reads a checkpoint of ours; null when the file is a checkpoint of another program.
 *
 * @throws DataError `E_CHECKPOINT` for a file that is damaged or no checkpoint; ResourceError for one that may not be read,
 *   or a disk that fails.
 */
export async function readCheckpoint(path: string): Promise<ReadCheckpoint | null> {
  const raw = await loadCheckpoint(path).catch((error: unknown) => {
    throw explainCheckpoint(error, path);
  });
  const about = factsOf(raw, path);
  if (about === null || !(raw instanceof Map)) return null;
  const model = raw.get('model_state_dict');
  const rng = raw.get('rng_state');
  const deviceRng = raw.get('device_rng_state');
  if (!(model instanceof Map) || !(rng === undefined || rng instanceof Tensor)) throw damaged(path);
  const resume = rng !== undefined && {
    optimizer: raw.get('optimizer_state_dict'),
    scheduler: raw.get('scheduler_state_dict'),
    scaler: raw.get('scaler_state_dict') ?? null,
    rng,
    deviceRng: deviceRng instanceof Tensor ? deviceRng : null,
    partial: readPartial(raw.get('partial_epoch')),
  };
  return { about, model, resume: resume || null };
}

/**
 * What a checkpoint of ours says beside the weights, read without the engine, and whether the network has batch norms; null
 * when another program wrote it.
 *
 * @throws as {@link readCheckpoint}.
 */
export async function readCheckpointFacts(
  path: string,
): Promise<{ about: CheckpointFacts; batchNorm: boolean } | null> {
  const { value } = await readStored(path).catch((error: unknown) => {
    throw explainCheckpoint(error, path);
  });
  const about = factsOf(value, path);
  if (about === null || !(value instanceof Map)) return null;
  const model: unknown = value.get('model_state_dict');
  if (!(model instanceof Map)) throw damaged(path);
  return { about, batchNorm: [...model.keys()].some((name) => String(name).endsWith('.running_mean')) };
}

function factsOf(raw: unknown, path: string): CheckpointFacts | null {
  if (!(raw instanceof Map) || raw.get('format') !== 'radweave/1') return null;
  const parsed = checkValues(checkpointFacts, toPlain(raw), Infinity);
  if (!parsed.success) throw damaged(path, parsed.error);
  return parsed.data;
}

function damaged(path: string, cause?: unknown): DataError {
  return new DataError('E_CHECKPOINT', 'this checkpoint is damaged or of a newer version', {
    where: path,
    hint: 'Use another checkpoint, or train again',
    cause,
  });
}

function explainCheckpoint(error: unknown, path: string): unknown {
  const system = error instanceof CheckpointError ? explainFileError(error.cause, 'read', path) : error;
  if (system instanceof RadweaveError) return system;
  // A RangeError is a tensor of a type that the engine does not compute with.
  if (!(error instanceof CheckpointError || error instanceof RangeError)) return error;
  const what = error instanceof CheckpointError ? error.problem : `cannot be used: ${error.message}`;
  return new DataError('E_CHECKPOINT', `the checkpoint ${what}`, { where: path, cause: error });
}

function readPartial(value: unknown): ResumeStates['partial'] {
  if (!(value instanceof Map)) return null;
  const probabilities = value.get('probabilities');
  if (!(probabilities instanceof Tensor)) return null;
  return { probabilities, loss_sum: Number(value.get('loss_sum')), seen: Number(value.get('seen')) };
}

/** Dictionaries as plain objects, tensors as they are. */
function toPlain(value: unknown): unknown {
  if (value instanceof Map) {
    return Object.fromEntries(Array.from(value, ([key, item]) => [String(key), toPlain(item)]));
  }
  if (Array.isArray(value)) return value.map(toPlain);
  return value;
}
