import { ResourceError, UsageError } from '@radweave/artifacts';

/** Whether an error is a GPU's memory running out. */
export function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof Error &&
    /(CUDA|HIP|MPS).*out of memory|CU(BLAS|DNN)_STATUS_ALLOC_FAILED/is.test(error.message)
  );
}

/** What was being done: slices in a batch, of which `accumulation` make one step, and the command that continues. */
export interface TooLarge {
  device: string;
  batch: number;
  accumulation: number;
  /** Null for one of several networks that a command trains, all in the same batches. */
  resume: string | null;
}

/**
 * What to tell when a training's batch does not fit.
 *
 * @param fitting the size that was found to fit; null when none does.
 */
export function trainingOutOfMemory(
  { device, batch, accumulation, resume }: TooLarge,
  fitting: number | null,
  cause: unknown,
): ResourceError {
  return new ResourceError(
    'E_OUT_OF_MEMORY',
    `${device} has too little memory for batches of ${batch} slices`,
    { hint: smallerBatches({ batch, accumulation, resume }, fitting), cause },
  );
}

function smallerBatches(
  { batch, accumulation, resume }: Pick<TooLarge, 'batch' | 'accumulation' | 'resume'>,
  fitting: number | null,
): string {
  if (fitting === null) {
    return 'No smaller batch fits: close other programs that use its memory, or use a smaller --model or image size';
  }
  const how =
    resume === null
      ? `Run the same command again with --set training.auto_batch_size=true, which takes ${fitting}`
      : `To continue: ${resume} --batch_size ${fitting} --grad_accumulation ${(batch / fitting) * accumulation}`;
  return `${how} (a step still has the same slices; batch norms see fewer at a time)`;
}

/** What libtorch and CUDA say of the user's GPU as an error with a remedy; undefined for anything else. */
export function explainGpuError(error: Error): ResourceError | UsageError | undefined {
  const { message } = error;
  if (isOutOfMemory(error)) {
    return new ResourceError('E_OUT_OF_MEMORY', 'the GPU has too little memory for this', {
      hint: 'Use a smaller --batch_size, in a configuration file extraction.batch_size (results stay the same), or close other programs that use its memory',
      cause: error,
    });
  }
  if (/no kernel image is available/i.test(message)) {
    return new ResourceError('E_GPU_TOO_OLD', 'this libtorch has no kernels for this GPU', {
      hint: "Set up with a libtorch whose CUDA build names this GPU's compute capability (RADWEAVE_LIBTORCH), or use --device cpu",
      cause: error,
    });
  }
  const operator = /(\S+) does not have a deterministic implementation/.exec(message)?.[1];
  if (operator !== undefined) {
    return new UsageError('E_NOT_DETERMINISTIC', `${operator} gives different bits in every run on a GPU`, {
      hint: 'Leave out --deterministic, or use another --model or --device cpu',
      cause: error,
    });
  }
  return undefined;
}
