import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TAG } from '@radweave/importing/dicom/tags';
import { type MadeUp, madeUpDicom, madeUpSlice } from '@radweave/importing/testing/made-up';
import type { ImportOptions } from '../work/import-options.ts';

/** What pixels become in small tests. */
export const SMALL_PIXELS = {
  window: 'soft',
  mr: 'percentiles:1:99',
  pet: '10',
  size: 32,
  bits: 8,
  fit: 'pad',
} as const;

/** Options of an import of a folder, with the patients of a hospital as one label unless changed. */
export function importOptions(
  folder: string,
  below: string,
  more: Partial<ImportOptions> = {},
): ImportOptions {
  return {
    kind: 'dicom',
    root: join(folder, below),
    output: join(folder, 'raw'),
    records: join(folder, 'import'),
    secrets: join(folder, 'private'),
    hospital: 'HN',
    label: '0',
    table: null,
    tableColumns: [],
    modalities: null,
    volumes: null,
    mask: null,
    keepsColour: false,
    threads: 1,
    dryRun: false,
    pixels: SMALL_PIXELS,
    ...more,
  };
}

/** Options of an import of `{folder}/export`. */
export function optionsIn(folder: string, more: Partial<ImportOptions> = {}): ImportOptions {
  return importOptions(folder, 'export', more);
}

/** Writes slices of one series, in steps of 5 mm; each has a UID of its own, below the one that is given. */
export function writeSeries(folder: string, description: string, count: number, more: MadeUp = {}): void {
  mkdirSync(join(folder, 'export'), { recursive: true });
  const { [TAG.sopInstance]: [, uid] = ['UI', `1.2.3.${description.length}`], ...others } = more;
  for (let i = 0; i < count; i++) {
    const slice = madeUpSlice({
      [TAG.sopInstance]: ['UI', `${uid}.${i}`],
      [TAG.seriesUid]: ['UI', `1.2.3.${description.length}`],
      [TAG.seriesDescription]: ['LO', description],
      [TAG.position]: ['DS', [0, 0, 5 * i]],
      ...others,
    });
    writeFileSync(join(folder, 'export', `${description}-${i}`), madeUpDicom(slice));
  }
}
