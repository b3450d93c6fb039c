import wrapAnsi from 'wrap-ansi';

/** What is assumed of a file, a pipe, and a terminal that does not tell its width. */
const USUAL = 80;

/** Columns of text that a stream shows side by side. */
export function terminalWidth(out: { readonly columns?: number | undefined }): number {
  return out.columns !== undefined && out.columns > 0 ? out.columns : USUAL;
}

/** A sentence, wrapped between words, but not before a percent sign; a path or another word that is too long is not cut: people copy it. */
export function wrapped(text: string, width: number): string {
  const bound = text.replace(/(?<=\d) (?=%)/g, '\u00a0');
  return wrapAnsi(bound, width).replace(/(?<=\d)\u00a0(?=%)/g, ' ');
}

/** As {@link wrapped}, with its further lines set in. */
export function paragraph(text: string, width: number = terminalWidth(process.stdout)): string {
  const indent = '  ';
  return wrapped(text, width - indent.length).replaceAll('\n', `\n${indent}`);
}
