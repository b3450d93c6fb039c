/** Exit code of every fault below: a resource is missing (docs: "Command line"). */
const RESOURCE_MISSING = 5;

/** The engine cannot be set up here; the message says what is missing and the exact steps that fix it. */
export class SetupError extends Error {
  override readonly name: string = 'SetupError';
  /** Exit code of the command line. */
  readonly code: number = RESOURCE_MISSING;
}

/** A variable of the environment has a value that cannot be used: no engine is at fault. */
export class VariableError extends SetupError {
  override readonly name: string = 'VariableError';
}

/** A flag names what is not there. */
export class NotThere extends SetupError {
  override readonly name: string = 'NotThere';
  override readonly code: number = 2;
}

/** So much would be fetched that a person is asked before. */
export class ConsentNeeded extends SetupError {
  override readonly name: string = 'ConsentNeeded';
  /** The question for a person at a terminal. */
  readonly question: string;

  constructor(what: string, size: string) {
    super(
      `${what} is ${size} to fetch: confirm with radweave setup --yes (in a checkout: npm run setup -- --yes), or use libtorch for the CPU only: radweave setup --engine cpu`,
    );
    this.question = `${what} is ${size} to fetch. Fetch it?`;
  }
}

/** No addon was built for these sources and this libtorch. */
export class NativeNotBuiltError extends SetupError {
  override readonly name: string = 'NativeNotBuiltError';
  /** Why, without the remedy. */
  readonly reason: string;

  constructor(reason: string) {
    super(`The engine is not built: ${reason}.\nRun: radweave setup   (in a checkout: npm run setup)`);
    this.reason = reason;
  }
}
