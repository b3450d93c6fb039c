import type { ReportData } from './data.ts';
import type { Words } from './words/en.ts';

/** What every section is given: the data, the language, and the numbers of figures and tables. */
export class ReportContext {
  readonly data: ReportData;
  readonly words: Words;
  private figures = 0;
  private tables = 0;
  private readonly told = new Map<string, number>();

  constructor(data: ReportData, words: Words) {
    this.data = data;
    this.words = words;
  }

  nextFigure(): number {
    return ++this.figures;
  }

  nextTable(): number {
    return ++this.tables;
  }

  /** The first figure that these words are about. */
  firstTold(how: string, figure: number): number {
    const first = this.told.get(how) ?? figure;
    this.told.set(how, first);
    return first;
  }
}
