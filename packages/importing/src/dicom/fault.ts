/** Why a file, or an image in it, cannot be used: a sentence for the list of what was left out. */
export class DicomFault extends Error {
  override readonly name = 'DicomFault';
  /** The file, where a series has many; not in the message, which goes into pages that are passed on. */
  path: string | undefined;
}

/** How a tag is written: `(0028,0010)`. */
export function tagName(tag: number): string {
  const hex = tag.toString(16).toUpperCase().padStart(8, '0');
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}
