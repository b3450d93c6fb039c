import { basename, dirname, join } from 'node:path';
import {
  compareText,
  hashValue,
  type ImportedSlice,
  importFiles,
  readImported,
  writeImported,
} from '@radweave/artifacts';
import { existsSync, readdirSync, rmSync } from '@radweave/artifacts/files';
import type { PixelOptions } from '../output/options.ts';
import type { Place } from '../output/write-stack.ts';
import type { Proposal } from '../series/propose.ts';

/**
 * What was written of each series: a table named by the series and a hash of all that it depends on. It is written when the
 * slices are in their place, so what was interrupted has none and is done again.
 */
export class DoneSeries {
  readonly #folder: string;
  readonly #output: string;

  constructor(records: string, output: string) {
    this.#folder = importFiles(records).done;
    this.#output = output;
  }

  /** The rows of a series that was written as it would be written now; undefined where it has to be. */
  rows(series: string, key: string): ImportedSlice[] | undefined {
    const path = this.#path(series, key);
    if (!existsSync(path)) return undefined;
    const rows = readImported(path);
    const isThere = rows.every(({ file }) => existsSync(join(this.#output, file)));
    return rows.length > 0 && isThere ? rows : undefined;
  }

  /** Remembers what was written, and forgets what was written of the series before, slices elsewhere included. */
  add(series: string, key: string, rows: readonly ImportedSlice[]): void {
    writeImported(this.#path(series, key), rows);
    const place = rows[0] === undefined ? '' : dirname(rows[0].file);
    this.forget(series, { keeping: this.#path(series, key), place });
  }

  /** Removes the slices and tables of a series that is not wanted any more, other than those of `keeping`. */
  forget(series: string, { keeping = '', place = '' }: { keeping?: string; place?: string } = {}): void {
    for (const path of this.#tables(series).filter((one) => one !== keeping)) {
      const folder = dirname(readImported(path)[0]?.file ?? '');
      if (folder !== '.' && folder !== place)
        rmSync(join(this.#output, folder), { recursive: true, force: true });
      rmSync(path, { force: true });
    }
  }

  /** The rows of every series that was ever imported into these folders. */
  all(): ImportedSlice[] {
    return this.#tables('').flatMap(readImported);
  }

  #path(series: string, key: string): string {
    return join(this.#folder, `${series}_${key}.csv`);
  }

  #tables(series: string): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith('.csv') && (series === '' || basename(name).startsWith(`${series}_`)))
      .sort(compareText)
      .map((name) => join(this.#folder, name));
  }
}

/** Hash of all that the slices of a series depend on: which images, whose, for which modality, made how. */
export function doneKey({ stack, modality, because }: Proposal, place: Place, options: PixelOptions): string {
  const slices = stack.slices.map(({ image, frame }) => [image.instance, frame.index]);
  return hashValue({ slices, modality, because, place, options }).slice(0, 12);
}
