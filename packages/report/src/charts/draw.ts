import { parse, resetSVGDefIds, textMetrics, View } from 'vega';
import { compile } from 'vega-lite';
import type { Spec } from './figure.ts';
import { FIGURE_CONFIG } from './style.ts';
import { textWidth } from './text-width.ts';

/** What is known of a text to be drawn. */
interface TextItem {
  fontSize?: number;
  fontWeight?: string | number;
}

// Exported by Vega, but not in its typings.
declare module 'vega' {
  const textMetrics: { width: (item: TextItem, text: unknown) => number };
}

/** Vega's font size where none is given. */
const DEFAULT_SIZE = 11;

/**
 * Draws a figure for a file of its own. Without a browser the width of text is computed from a table, so that every
 * machine gives the same file.
 */
export async function drawSvg(spec: Spec): Promise<string> {
  beginDocument();
  return drawNext(spec);
}

/**
 * Vega tells those who cannot see about single marks, in English, and hides every text from them. Without its labels they are read the
 * texts of the figure; a report says what it shows.
 */
const withoutLabels = (svg: string): string =>
  svg.replace(/<[^>]+>/g, (tag) => tag.replaceAll(/ (role|aria-[a-z]+)="[^"]*"/g, ''));

/** Vega numbers gradients and clips through the whole process; each document starts from 0. */
export function beginDocument(): void {
  resetSVGDefIds();
}

/** Draws one more figure for the document begun last: no two of its gradients and clips have the same name. */
export async function drawNext(figure: Spec): Promise<string> {
  // Vega's own estimate, 0.8 of the size for every letter, cuts labels that have room and leaves wide blanks.
  textMetrics.width = ({ fontSize, fontWeight }, text) =>
    textWidth(String(text ?? ''), fontSize ?? DEFAULT_SIZE, fontWeight === 'bold');
  const { spec } = compile(figure, { config: FIGURE_CONFIG });
  const view = new View(parse(spec), { renderer: 'none' });
  try {
    return withoutLabels(await view.toSVG());
  } finally {
    view.finalize();
  }
}
