/** Checks of optimizer and scheduler options, shared so that their messages agree. */

/** @throws RangeError unless `value` is finite and 0 or more. */
export function checkNotNegative(owner: string, name: string, value: number): void {
  if (!(value >= 0 && Number.isFinite(value))) {
    throw new RangeError(`${owner}: ${name} must be 0 or more, got ${value}`);
  }
}

/** @throws RangeError unless `value` is a whole number of at least 1. */
export function checkCount(owner: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${owner}: ${name} must be a whole number of at least 1, got ${value}`);
  }
}
