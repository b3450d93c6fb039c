import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  fusionFiles,
  fusionFolder,
  logitsRecordPath,
  readEvaluation,
  readFusionModel,
  readLogitsRecord,
  readPredictions,
  SPLITS,
  writeLogitsRecord,
} from '@radweave/artifacts';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { writeMadeUpLogits } from '@radweave/study/testing/logits';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { evaluate } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { verify } from './index.ts';

const modalities = ['A', 'P'];

/** A stack of `classes` labels, fused and evaluated. */
async function stacked(classes: number) {
  const config = cohortConfig(tempDir());
  config.model.num_classes = classes;
  config.evaluation.bootstrap_replicates = 100;
  const cohort = madeUpCohort({ train: 48, val: 24, test: 36 }, classes);
  writeMadeUpCohort(config, cohort);
  for (const modality of modalities) {
    writeMadeUpFeatures(config, modality, cohort, 4);
    writeMadeUpLogits(config, modality, cohort, classes);
  }
  await fuse({ config, modalities, stack: true }, listening());
  const wish = { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  await evaluate(wish, listening());
  return { config, out: config.experiment.output_dir };
}

test('logits of other slices than the present ones are refused, as the features are', async () => {
  const config = cohortConfig(tempDir());
  const cohort = madeUpCohort({ train: 48, val: 24, test: 36 });
  const now = { train: 'a'.repeat(64), val: 'b'.repeat(64), test: 'c'.repeat(64) };
  writeMadeUpCohort(config, cohort, { slices: { A: now, P: now } });
  for (const modality of modalities) {
    writeMadeUpFeatures(config, modality, cohort, 4);
    writeMadeUpLogits(config, modality, cohort, 2);
  }
  const path = logitsRecordPath(config.data.features_dir, 'P');
  const fused = (test: string) => {
    writeLogitsRecord(path, { ...readLogitsRecord(path), slices_identity: { test } });
    return fuse({ config, modalities, stack: true }, listening());
  };
  await expect(fused(`pixels:${'d'.repeat(64)}`)).rejects.toMatchObject({
    code: 'E_LOGITS_PATIENTS',
    where: path,
    message: expect.stringMatching(
      /^the test slices of P have changed since .*extract --modality P --cross_fit/,
    ),
  });
  // Whether those of a split of another kind are the same cannot be told.
  for (const same of [`pixels:${now.test}`, `names:${'d'.repeat(64)}`]) await fused(same);
});

const SKLEARN = `
import json, sys, numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
def load(split):
    tables = [pd.read_csv(f'{sys.argv[1]}/{split}/logits_{m}.csv', dtype={'patient_id': str}) for m in 'AP']
    x = np.concatenate([t.filter(like='logit_').to_numpy() for t in tables], 1)
    return x, tables[0].label.to_numpy(), list(tables[0].patient_id)
x, y, _ = load('train')
scaler = StandardScaler().fit(x)
# lbfgs also stops at small steps, some 1e-6 from the minimum; newton-cg goes on to it
model = LogisticRegression(C=1.0, tol=1e-10, max_iter=10000, solver='newton-cg').fit(scaler.transform(x), y)
print(json.dumps({s: dict(zip(load(s)[2], model.predict_proba(scaler.transform(load(s)[0])).tolist())) for s in ['train', 'val', 'test']}))
`;

referenceTest('three classes: the stack equals scikit-learn', ['sklearn', 'pandas'], async () => {
  const { config, out } = await stacked(3);
  const reference = pythonJson<Record<string, Record<string, number[]>>>(SKLEARN, {
    args: [config.data.features_dir],
  });
  expect(readFusionModel(join(out, 'fusion', 'model.json')).stacked?.classifier.coef).toHaveLength(3);
  for (const split of SPLITS) {
    const predictions = readPredictions(join(out, 'fusion', `predictions_${split}.csv`));
    expect(predictions.length).toBe(Object.keys(reference[split] ?? {}).length);
    for (const row of predictions) {
      reference[split]?.[row.patient]?.forEach((value, label) => {
        expect(row[`probability_stacked_${label}`]).toBeCloseTo(value, 6);
      });
    }
  }
});

test('a plain fusion tells that the stacked model of the one before goes, once, also where that is damaged', async () => {
  const { config } = await stacked(2);
  const said = async (): Promise<string> => {
    const context = listening();
    await fuse({ config, modalities }, context);
    return context.said.join('\n');
  };
  const lost = /warning: This fusion has no 'stacked'.*radweave fuse --stack; .*radweave run --cross_fit K/;
  expect(await said()).toMatch(lost);
  expect(await said()).not.toContain("'stacked'");
  writeFileSync(fusionFiles(fusionFolder(config)).model, '{"classifiers": ');
  expect(await said()).not.toContain("'stacked'");
});

test('the evaluation knows the stack as out-of-fold, and it can be verified', async () => {
  const { config, out } = await stacked(2);
  const { models, rows, notes } = readEvaluation(join(out, 'evaluation', 'evaluation.json'));
  expect(models.find(({ name }) => name === 'stacked')).toMatchObject({ kind: 'stacked', modalities });
  const own = rows.filter(({ model }) => model === 'stacked');
  expect(new Set(own.map(({ split }) => split))).toEqual(new Set(SPLITS));
  expect(new Set(own.map(({ in_sample }) => in_sample))).toEqual(new Set(['no']));
  // The remedy is there: nothing asks for it.
  const texts = notes.map(({ text }) => text);
  const said = [
    ...texts,
    ...rows.map(({ note }) => note?.text ?? ''),
    ...readFusionModel(join(out, 'fusion', 'model.json')).notes,
  ];
  expect(said.join('\n')).not.toMatch(/use cross-fitting|is the remedy/);
  expect(texts.join('\n')).toContain("new patients: 'stacked' was fitted on out-of-fold logits instead");
  const { differences, compared } = await verify({ run: out, config, given: [] }, listening());
  // Nobody divided the made-up patients by a seed, so dividing them again gives other sets.
  expect(differences.filter(({ file }) => !file.startsWith('splits/'))).toEqual([]);
  expect(compared).toContain('fusion/model.json: made again, identical');
});
