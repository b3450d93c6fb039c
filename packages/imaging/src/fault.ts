/** What can be wrong with an image file or a slice store. Codes are stable; texts may change. */
export type FaultCode =
  | 'EMPTY'
  | 'UNREADABLE'
  | 'UNKNOWN_FORMAT'
  | 'OTHER_FORMAT'
  | 'TRUNCATED'
  | 'CRC'
  | 'CORRUPT'
  | 'UNSUPPORTED'
  | 'COLOUR'
  | 'ALPHA'
  | 'TOO_LARGE'
  | 'SIZE'
  | 'STORE_MISSING'
  | 'STORE_CORRUPT'
  | 'STORE_STALE';

/** A fault as plain data: what is wrong, where, and how to fix it. */
export interface FaultRecord {
  readonly code: FaultCode;
  readonly text: string;
  readonly where: string;
  readonly hint: string;
}

/** A fault of the data (never of the program). The message says what, where and how to fix it. */
export class ImageFault extends Error implements FaultRecord {
  override readonly name = 'ImageFault';
  /** Bad data, for the command line. */
  readonly exitCode = 3;
  readonly code: FaultCode;
  readonly text: string;
  readonly where: string;
  readonly hint: string;

  constructor(code: FaultCode, text: string, where: string, hint: string) {
    super(`${where}: ${text}. ${hint}`);
    this.code = code;
    this.text = text;
    this.where = where;
    this.hint = hint;
  }

  /** The four fields as a plain object, for reports and for messages between threads. */
  record(): FaultRecord {
    return { code: this.code, text: this.text, where: this.where, hint: this.hint };
  }
}

/** The fault of a file whose parts contradict each other. */
export function corrupt(text: string, where: string): ImageFault {
  return new ImageFault('CORRUPT', text, where, 'Export the image again');
}

/** Every fault found in one job, so that a user can fix them all at once. */
export class ImageFaults extends Error {
  override readonly name = 'ImageFaults';
  /** Bad data, for the command line. */
  readonly exitCode = 3;
  readonly faults: readonly FaultRecord[];

  constructor(faults: readonly FaultRecord[]) {
    const first = faults[0];
    const shown = first === undefined ? '' : `: ${first.where}: ${first.text}. ${first.hint}`;
    super(`${faults.length} image fault${faults.length === 1 ? '' : 's'}${shown}`);
    this.faults = faults;
  }
}
