/** What is assumed of a file, a pipe, and a terminal that does not tell its width. */
const USUAL = 80;

/** Columns of text that a stream shows side by side. */
export function terminalWidth(out: { readonly columns?: number | undefined }): number {
  return out.columns !== undefined && out.columns > 0 ? out.columns : USUAL;
}
