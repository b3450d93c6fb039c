/** An error as it crosses from one thread to another: copying an error itself loses its fields. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The other enumerable fields, such as `code`, `exitCode` and `hint`. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export function carriedError(error: unknown): CarriedError {
  if (!(error instanceof Error))
    return { name: 'Error', message: String(error), stack: undefined, fields: {} };
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (value === null || typeof value !== 'object') fields[key] = value;
  }
  return { name: error.name, message: error.message, stack: error.stack, fields };
}

/** The error again, with its name and fields; its class is `Error`. */
export function revivedError({ name, message, stack, fields }: CarriedError): Error {
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, fields, { name });
}
