import wrapAnsi from 'wrap-ansi';

/** What is assumed of a file, a pipe, and a terminal that does not tell its width. */
const USUAL = 80;

/** Columns of text that a stream shows side by side. */
export function terminalWidth(out: { readonly columns?: number | undefined }): number {
  return out.columns !== undefined && out.columns > 0 ? out.columns : USUAL;
}

/** A sentence, wrapped between words, its further lines set in; a path or another word that is too long is not cut: people copy it. */
export function paragraph(text: string, width: number = terminalWidth(process.stdout)): string {
  const indent = '  ';
  return wrapAnsi(text, width - indent.length).replaceAll('\n', `\n${indent}`);
}
