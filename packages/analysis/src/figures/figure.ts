import { type Spec, textWidth } from '@radweave/report/charts';

/** A figure to be drawn: what it shows as a Vega-Lite specification. */
export interface Figure {
  /** File name without ending; stays the same from run to run. */
  name: string;
  spec: Spec;
}

/** A figure that cannot be drawn from what there is. */
export interface SkippedFigure {
  name: string;
  reason: string;
}

/** What came of a look at one kind of figure. */
export interface FigureSet {
  figures: Figure[];
  skipped: SkippedFigure[];
}

export function joinSets(sets: readonly FigureSet[]): FigureSet {
  return {
    figures: sets.flatMap(({ figures }) => figures),
    skipped: sets.flatMap(({ skipped }) => skipped),
  };
}

/** A longer title would make the picture wider than what it shows, and the rest of it blank. */
const WIDEST = 480;

/** A title in as many lines as it needs: the names of modalities have any length. */
export function titleOf(text: string, subtitle: string): { text: string[]; subtitle: string[] } {
  return { text: linesOf(text, 15, true), subtitle: linesOf(subtitle, 12, false) };
}

function linesOf(text: string, size: number, isBold: boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = [...lines.slice(-1), word].join(' ');
    if (lines.length > 0 && textWidth(longer, size, isBold) <= WIDEST) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
