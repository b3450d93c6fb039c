import { importFiles, readImported } from '@radweave/artifacts';
import { silentContext } from '@radweave/study/context/events';
import type { ImportOptions } from '../work/import-options.ts';
import { importOptions, SMALL_PIXELS } from './import.options.test.data.ts';
import { importStage } from './import.ts';

const PIXELS = {
  ...SMALL_PIXELS,
  ...{ window: '500/1000', mr: 'percentiles:0:100', size: 16, fit: 'stretch' },
} as const;

/** Of NIfTI files, whose mask chooses one slice. */
export function optionsIn(folder: string, more: Partial<ImportOptions> = {}): ImportOptions {
  const own = {
    kind: 'nifti',
    volumes: { type: 'CT', plane: 'axial' },
    modalities: ['A'],
    mask: { slices: 'largest', crop: null, name: null },
    pixels: PIXELS,
  } as const;
  return importOptions(folder, 'files', { ...own, ...more });
}

/** The slices that are written. */
export async function imported(options: ImportOptions): Promise<{ z: number; notes: string }[]> {
  await importStage(options, silentContext());
  const rows = readImported(importFiles(options.records).table);
  return rows.map(({ position, notes }) => ({ z: (position ?? 0) / 5, notes }));
}
