/** Longest part of a native message that is shown; a wrong-backend error lists every backend in 5 kB. */
const LONGEST_MESSAGE = 700;

/** An operator that failed: names it, the shapes and values it was given, and libtorch's reason. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  /** The operator, such as `aten::mm`. */
  readonly operator: string;

  constructor(operator: string, args: readonly unknown[], cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${operator}(${args.map(describe).join(', ')}): ${shorten(reason)}`, { cause });
    this.operator = operator;
  }
}

/** A batch norm in training got one value per channel: a batch of one image that has shrunk to one pixel. */
export class BatchNormSizeError extends RangeError {
  override readonly name = 'BatchNormSizeError';
  readonly exitCode = 2;
}

/** Runs `body`; what it throws names the operation and what it was given. */
export function naming<T>(operation: string, args: readonly unknown[], body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new OperatorError(operation, args, error);
  }
}

/** Where c10 begins to tell of source files and stack frames. */
const BACKTRACE = /\s*Exception raised from [\s\S]*$/;

function shorten(reason: string): string {
  const text = reason.replace(BACKTRACE, '').trim();
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)} …`;
}

/** A value as an error message shows it: tensors by dtype and shape, long lists by their start. */
function describe(value: unknown): string {
  if (Array.isArray(value)) {
    const shown = value.slice(0, 8).map(describe).join(', ');
    return `[${shown}${value.length > 8 ? `, … ${value.length} in all` : ''}]`;
  }
  if (value === undefined) return 'default';
  if (typeof value === 'string') return JSON.stringify(value);
  return String(value);
}

/** @param values of each channel in the batch. @throws BatchNormSizeError where there is only one. */
export function requireVariance(shape: readonly number[], values: number): void {
  if (values !== 1) return;
  throw new BatchNormSizeError(
    `batch norm cannot train on one value per channel, input is [${shape}]: use another batch size, ` +
      'so that no batch has a single image, or larger images',
  );
}
