import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const HERE = new URL('.', import.meta.url);

/** Shared building blocks that callers do not need by themselves. */
const INTERNAL = new Set([
  './calibration/line.ts',
  './calibration/logit.ts',
  './core/moments.ts',
  './discrimination/cut-points.ts',
  './discrimination/ranked-scores.ts',
  './embedding/affinities.ts',
  './embedding/quadtree.ts',
  './embedding/tsne-descent.ts',
  './harmonize/row-space.ts',
  './harmonize/second-order.ts',
  './inference/permutation.ts',
  './linear/eigen.ts',
  './linear/lbfgs.ts',
  './linear/leading-eigen.ts',
  './linear/logistic-loss.ts',
  './linear/wolfe.ts',
  './special/beta.ts',
  './special/gamma.ts',
  './special/normal.ts',
]);

test('every public file is exported from the index', () => {
  const index = readFileSync(new URL('index.ts', HERE), 'utf8');
  const folders = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    const files = readdirSync(new URL(`${name}/`, HERE)).filter((file) => !file.includes('.test.'));
    for (const file of files) {
      const path = `./${name}/${file}`;
      expect(INTERNAL.has(path) || index.includes(`'${path}'`), path).toBe(true);
    }
  }
});
