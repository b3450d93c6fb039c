/** A file that cannot be read or written as a checkpoint: says which file, what is wrong and how to fix it. */
export class CheckpointError extends Error {
  override readonly name: string = 'CheckpointError';
  /** Bad data, for the command line. */
  readonly exitCode = 3;
  readonly file: string;
  /** What is wrong with it and how to fix it, as it follows the file's name. */
  readonly problem: string;

  constructor(file: string, problem: string, options?: ErrorOptions) {
    // Names in a file may be endless.
    const shown = problem.replaceAll(/(.{1000}).+/g, '$1…');
    super(`${file}: ${shown}`, options);
    this.file = file;
    this.problem = shown;
  }
}

/** A file whose whole value is an object of a class outside the allowed ones; nothing of that class was looked up or run. */
export class UnsafePickleError extends CheckpointError {
  override readonly name = 'UnsafePickleError';
  /** Full Python name of the refused class or function, such as `posix.system`. */
  readonly className: string;

  constructor(file: string, className: string) {
    super(
      file,
      `holds only an object of the Python class ${JSON.stringify(className)}, which is not built, because that can ` +
        'run code hidden in the file. If you trust the file, load it in Python and save again only the state dict: torch.save(model.state_dict(), path)',
    );
    this.className = className;
  }
}
