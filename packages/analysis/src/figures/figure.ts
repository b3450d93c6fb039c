import type { Spec } from '@radweave/report/charts';

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
