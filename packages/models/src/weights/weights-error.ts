/** Why weights could not be had. */
export type WeightsFault =
  | 'none-published'
  | 'offline'
  | 'network'
  | 'refused'
  | 'not-found'
  | 'not-a-hub'
  | 'damaged'
  | 'disk'
  | 'unreadable'
  | 'mismatch';

/** Pretrained weights that are missing or cannot be used: says what happened and what can be done. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
  /** Documented name, beside the data faults' codes. */
  readonly code = 'E_WEIGHTS';
  /** A resource is missing. */
  readonly exitCode = 5;
  readonly fault: WeightsFault;

  constructor(fault: WeightsFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
