import { join } from 'node:path';
import type { ImportOptions } from '../work/import.ts';

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
