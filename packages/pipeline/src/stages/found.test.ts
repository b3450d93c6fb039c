import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readEvaluation } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { prepared, run } from '../testing/evaluations.ts';

test('an evaluation writes what it found, and compares the external hospitals', async () => {
  const { findings, evaluationFile, outputDir } = await run(await prepared());
  const saved = readEvaluation(evaluationFile);
  expect(saved).toMatchObject({ format: 3, findings });
  expect(findings[0]?.text).toMatch(/^better than chance outside the home hospital .*: fused, AUC /);
  expect(saved.heterogeneity.map(({ model: name, hospitals }) => [name, hospitals])).toEqual(
    ['fused', 'A', 'P', 'network A', 'network P'].map((name) => [name, ['SY', 'ZS']]),
  );
  for (const { model: name, within_auc } of saved.heterogeneity) {
    const pooled = saved.rows.find(
      ({ model: own, split, hospital }) => own === name && split === 'test' && hospital === 'all',
    );
    expect(Math.abs((within_auc.value ?? 0) - (pooled?.auc.value ?? 1))).toBeLessThan(0.1);
  }
  expect(existsSync(join(outputDir, 'heterogeneity.csv'))).toBe(true);
});
