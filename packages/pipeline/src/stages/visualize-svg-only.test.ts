import { readdirSync } from 'node:fs';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { visualize } from './visualize.ts';

// As where it was not installed for this platform.
vi.stubEnv('NAPI_RS_NATIVE_LIBRARY_PATH', '/nowhere/skia.node');

test('without the binary that paints PNGs there are SVGs, and a warning says why', async () => {
  const config = cohortConfig(tempDir());
  const cohort = madeUpCohort({ train: 12, val: 6, test: 8 });
  writeMadeUpCohort(config, cohort);
  writeMadeUpFeatures(config, 'A', cohort, 4);
  const context = listening();
  const result = await visualize({ config, modalities: ['A'] }, context);
  expect(result.png).toBe(false);
  const drawn = readdirSync(result.outputDir).filter((name) => /\.(svg|png)$/.test(name));
  expect(drawn).toEqual(['pca_A.svg', 'tsne_A.svg', 'umap_A.svg']);
  expect(context.said.join('\n')).toMatch(/warning: Figures are drawn as SVG only: no PNG painter for /);
});
