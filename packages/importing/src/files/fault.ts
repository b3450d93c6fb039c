/** Why a file, or an image in it, cannot be used: a sentence for the list of what was left out. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  /** The file, where a series has many; not in the message, which goes into pages that are passed on. */
  path: string | undefined;
}
