import { parse, resetSVGDefIds, View } from 'vega';
import { compile } from 'vega-lite';
import type { Figure } from './figure.ts';
import { FIGURE_CONFIG } from './style.ts';

/**
 * Draws a figure with Vega, without a browser: the width of text is estimated, so that every machine gives the same file.
 */
export async function drawSvg(figure: Figure): Promise<string> {
  const { spec } = compile(figure.spec, { config: FIGURE_CONFIG });
  const view = new View(parse(spec), { renderer: 'none' });
  // Vega numbers gradients and clips through the whole process; each file begins anew.
  resetSVGDefIds();
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
