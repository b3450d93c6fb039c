import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Config,
  logitsPath,
  logitsRecordPath,
  readCrossValidation,
  readFusionMetrics,
  readFusionModel,
  readHistory,
  readLogits,
  readLogitsRecord,
  readOutOfFold,
  readPredictions,
  SPLITS,
  slicePredictionsPath,
} from '@radweave/artifacts';
import { readCheckpoint } from '@radweave/network/open/checkpoint';
import { readSliceTable } from '@radweave/network/slices/load';
import { auc, delongAuc } from '@radweave/stats';
import { KnownPatients, patientHash, patientHashes } from '@radweave/study/cohort/patient-hash';
import { studyKey } from '@radweave/study/cohort/study-key';
import type { StageContext } from '@radweave/study/context/events';
import { findRuns, RunFolder } from '@radweave/study/runs/run-folder';
import {
  cohortConfig,
  listening,
  slicePixels,
  writeCohortFolders,
  writeSlice,
} from '@radweave/study/testing/cohort';
import { writeMadeUpFeatures } from '@radweave/study/testing/features';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { CrossValidateOptions } from '../work/cross-validate.ts';
import { crossFit } from './cross-fit.ts';
import { crossValidate } from './cross-validate.ts';
import { fuse } from './fuse.ts';
import { preprocess } from './preprocess.ts';

async function prepared(): Promise<Config> {
  const folder = tempDir();
  const config = cohortConfig(folder);
  writeCohortFolders(join(folder, 'raw'), 8, 2);
  await preprocess({ config }, listening());
  config.model.pretrained = false;
  Object.assign(config.training, { batch_size: 6, epochs: 1, precision: 'fp32', learning_rate: 0.001 });
  return config;
}

/** A context that asks to stop as soon as something is said that has this text. */
function stoppingAt(text: string): StageContext {
  let stop = false;
  return {
    emit: (event) => {
      if (event.kind === 'log' && event.text.includes(text)) stop = true;
    },
    shouldStop: () => stop,
  };
}

/** How an image is damaged after `preprocess` has seen it. */
const DAMAGES: Record<string, (path: string) => void> = {
  gone: (path) => rmSync(path),
  'torn in the middle': (path) => writeFileSync(path, readFileSync(path).subarray(0, -200)),
  empty: (path) => writeFileSync(path, ''),
  'of another format': (path) => writeFileSync(path, Buffer.from('ffd8ffe000104a464946', 'hex')),
  'other pixels': (path) => void writeSlice('', path, slicePixels('another', 0)),
};

test.each(Object.entries(DAMAGES))(
  'images of validation and test that are %s are told before the first fold is trained',
  async (name, damage) => {
    const config = await prepared();
    for (const split of ['val', 'test'] as const) {
      const [{ path = '' } = {}] = readSliceTable(config.data, split, 'A').rows;
      const whole = readFileSync(path);
      damage(path);
      await expect(crossFit({ config, modality: 'A', folds: 2 }, listening())).rejects.toMatchObject({
        code: name === 'other pixels' ? 'E_SLICES_CHANGED' : 'E_IMAGES',
        exitCode: 3,
        message: expect.stringContaining(path),
      });
      writeFileSync(path, whole);
    }
    expect(findRuns(config.experiment.output_dir, 'history', {})).toEqual([]);
  },
);

test('a fold that was stopped without a last checkpoint starts over', async () => {
  const config = await prepared();
  config.model.name = 'mobilenetv3_small_100';
  config.training.epochs = 2;
  config.experiment.save_last = false;
  let stop = false;
  const afterEpoch: StageContext = {
    emit: ({ kind }) => {
      stop ||= kind === 'epoch';
    },
    shouldStop: () => stop,
  };
  const options = { config, modality: 'A', folds: 2 };
  await expect(crossFit(options, afterEpoch)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
  const { runs } = await crossFit(options, listening());
  for (const run of runs.map((name) => new RunFolder(config.experiment.output_dir, name))) {
    expect(readHistory(run.history).map(({ epoch }) => epoch)).toEqual([1, 2]);
  }
});

const SKLEARN = `
import json, sys, numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
features = sys.argv[1]
def load(split):
    a, p = [pd.read_csv(f'{features}/{split}/logits_{m}.csv', dtype={'patient_id': str}).sort_values('patient_id') for m in 'AP']
    assert list(a.patient_id) == list(p.patient_id)
    return np.stack([t.logit_1 - t.logit_0 for t in (a, p)], 1), a.label.to_numpy(), list(a.patient_id)
x, y, _ = load('train')
scaler = StandardScaler().fit(x)
model = LogisticRegression(C=1.0, tol=1e-10, max_iter=10000).fit(scaler.transform(x), y)
out = {'coef': model.coef_[0].tolist(), 'p': {}}
for split in ['train', 'val', 'test']:
    xs, _, ids = load(split)
    out['p'][split] = dict(zip(ids, model.predict_proba(scaler.transform(xs))[:, 1].tolist()))
print(json.dumps(out))
`;

referenceTest(
  'cross-fitted logits are out-of-fold and stacking them equals scikit-learn',
  ['sklearn', 'pandas'],
  async () => {
    const config = await prepared();
    const folder = config.data.features_dir;
    const first = stoppingAt('Fold 2 of 2');
    await expect(crossFit({ config, modality: 'A', folds: 2 }, first)).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
      // The same call continues: there is no run to name.
      run: undefined,
    });
    const context = listening();
    const result = await crossFit({ config, modality: 'A', folds: 2 }, context);
    expect(context.said.filter((text) => text.includes('is finished already'))).toHaveLength(1);
    expect(findRuns(config.experiment.output_dir, 'best', { modality: 'A' })).toEqual([]);
    await crossFit({ config, modality: 'P', folds: 2 }, listening());

    const rows = readLogits(logitsPath(folder, 'train', 'A'));
    const training = readSliceTable(config.data, 'train', 'A').patients;
    expect(rows.map(({ patient_id }) => patient_id)).toEqual(training.map(({ patient }) => patient));
    const outsiders = (['val', 'test'] as const).flatMap(
      (split) => readSliceTable(config.data, split, 'A').patients,
    );
    for (const [i, name] of result.runs.entries()) {
      const run = new RunFolder(config.experiment.output_dir, name);
      const seen = new Set(Object.values((await readCheckpoint(run.best))?.about.patients ?? {}).flat());
      expect(seen.size).toBeGreaterThan(0);
      const own = rows.filter(({ fold }) => fold === i + 1);
      expect(new Set(own.map(({ label }) => label))).toEqual(new Set([0, 1]));
      const known = new KnownPatients(config.data);
      for (const { patient_id: patient, hospital } of own) {
        expect(known.has(seen, { patient, hospital })).toBe(false);
      }
      for (const one of outsiders) expect(known.has(seen, one)).toBe(false);
      expect(training.filter((one) => known.has(seen, one))).toHaveLength(seen.size);
      expect(seen.size + own.length).toBe(rows.length);
    }

    for (const modality of ['A', 'P']) {
      const cohort = SPLITS.flatMap((split) =>
        readSliceTable(config.data, split, modality).patients.map((one) => ({ ...one, split })),
      );
      writeMadeUpFeatures(config, modality, cohort, 4);
    }
    await fuse({ config, modalities: ['A', 'P'], stack: true }, listening());
    const out = join(config.experiment.output_dir, 'fusion');
    const reference = pythonJson<{ coef: number[]; p: Record<string, Record<string, number>> }>(SKLEARN, {
      args: [folder],
    });
    const stacked = readFusionModel(join(out, 'model.json')).stacked;
    expect(stacked?.classifier.coef[0]).toHaveLength(2);
    stacked?.classifier.coef[0]?.forEach((value, i) => {
      expect(value).toBeCloseTo(reference.coef[i] ?? Number.NaN, 5);
    });
    for (const split of SPLITS) {
      const predictions = readPredictions(join(out, `predictions_${split}.csv`));
      expect(predictions.length).toBe(Object.keys(reference.p[split] ?? {}).length);
      for (const row of predictions) {
        expect(row.probability_stacked).toBeCloseTo(reference.p[split]?.[row.patient] ?? Number.NaN, 6);
      }
    }
    const metrics = readFusionMetrics(join(out, 'metrics.csv')).filter(({ model }) => model === 'stacked');
    expect(new Set(metrics.map(({ split }) => split))).toEqual(new Set(SPLITS));
    expect(metrics.every(({ in_sample }) => in_sample === 'no')).toBe(true);

    const record = logitsRecordPath(folder, 'A');
    const saved = readFileSync(record, 'utf8');
    const taken = logitsPath(folder, 'test', 'A');
    const logits = readFileSync(taken);
    rmSync(taken);
    mkdirSync(taken);
    await expect(crossFit({ config, modality: 'A', folds: 2 }, listening())).rejects.toMatchObject({
      code: 'E_NOT_WRITABLE',
      where: taken,
    });
    expect(readFileSync(record, 'utf8')).toBe(saved);
    rmSync(taken, { recursive: true });
    writeFileSync(taken, logits);
    const leaky = readLogitsRecord(record);
    const { patient_id: patient = '', hospital = '' } = rows.find(({ fold }) => fold === 1) ?? {};
    leaky.models[0]?.trained_on.push(patientHash(studyKey(config.data), { patient, hospital }));
    writeFileSync(record, JSON.stringify(leaky));
    const again = () => fuse({ config, modalities: ['A', 'P'], stack: true }, listening());
    await expect(again()).rejects.toThrow(/not out-of-fold/);
    writeFileSync(record, saved);
    const table = logitsPath(folder, 'val', 'A');
    writeFileSync(table, `${readFileSync(table, 'utf8')}\n`);
    await expect(again()).rejects.toMatchObject({ code: 'E_LOGITS_MIXED' });
    rmSync(record);
    await expect(again()).rejects.toMatchObject({
      code: 'E_NO_LOGITS',
      hint: expect.stringContaining('radweave extract --modality A --cross_fit K'),
    });
  },
);

function wish(
  config: Config,
  name: string,
  by: CrossValidateOptions['by'],
  resume = false,
): CrossValidateOptions {
  const own = structuredClone(config);
  own.experiment.name = name;
  return { config: own, given: [], modality: 'A', by, resume, run: '' };
}

test('cross-validation evaluates every home patient once and continues after an interruption', async () => {
  const config = await prepared();
  await expect(
    crossValidate(wish(config, 'cv', { folds: 2 }), stoppingAt('Fold 2 of 2')),
  ).rejects.toMatchObject({
    code: 'E_INTERRUPTED',
    run: 'cv',
  });
  await expect(crossValidate(wish(config, 'cv', { folds: 2 }), listening())).rejects.toMatchObject({
    code: 'E_RUN_EXISTS',
  });
  await expect(crossValidate(wish(config, 'cv', { folds: 3 }, true), listening())).rejects.toMatchObject({
    code: 'E_RESUME_FOLDS',
  });
  const context = listening();
  const result = await crossValidate(wish(config, 'cv', { folds: 2 }, true), context);
  expect(context.said.filter((text) => text.includes('is finished already'))).toHaveLength(1);
  expect(result.runs).toEqual(['cv_fold1', 'cv_fold2']);
  const patients = readOutOfFold(result.outOfFold);
  expect(patients.map(({ patient }) => patient).sort()).toEqual(
    (['train', 'val'] as const)
      .flatMap((split) => readSliceTable(config.data, split, 'A').patients.map(({ patient }) => patient))
      .sort(),
  );
  const rows = readCrossValidation(result.table);
  expect(rows.map(({ fold }) => fold)).toEqual(['1', '2', 'mean', 'sd', 'pooled']);
  for (const row of rows.slice(0, 2)) {
    expect([row.n, row.n_positive]).toEqual([8, 4]);
    expect((row.n_train ?? 0) + (row.n_inner_val ?? 0)).toBe(8);
  }
  const labels = patients.map(({ label }) => label);
  const scores = patients.map(({ probabilities }) => probabilities[1] ?? Number.NaN);
  expect(rows[4]?.auc).toBe(auc(labels, scores).value);
  expect(rows[2]?.auc).toBeCloseTo(((rows[0]?.auc ?? 0) + (rows[1]?.auc ?? 0)) / 2, 12);
  // A fold whose predictions were cut since is trained again.
  const { logs } = new RunFolder(config.experiment.output_dir, 'cv_fold1');
  const ofSlices = slicePredictionsPath(logs, 'test');
  writeFileSync(ofSlices, readFileSync(ofSlices, 'utf8').replace(/\n.*\n$/, '\n'));
  const again = listening();
  await crossValidate(wish(config, 'cv', { folds: 2 }, true), again);
  expect(again.said.filter((text) => text.includes('is finished already'))).toHaveLength(1);
  expect(readOutOfFold(result.outOfFold)).toEqual(patients);
}, 120_000);

test('leaving one hospital out trains on all others and tests on it', async () => {
  const config = await prepared();
  const context = listening();
  const decoded: string[] = [];
  const evaluated = new Set<string>();
  config.evaluation.confidence_level = 0.8;
  const result = await crossValidate(wish(config, 'loho', 'hospital'), {
    ...context,
    emit: (event) => {
      context.emit(event);
      if (event.kind === 'progress' && event.task.startsWith('decoding') && event.done === event.total) {
        decoded.push(event.task);
      }
      if (event.kind === 'progress' && event.task.startsWith('evaluating')) evaluated.add(event.task);
    },
  });
  // Each slice once, however many models read it.
  expect(decoded).toEqual(SPLITS.map((split) => `decoding ${split} slices of A`));
  expect([...evaluated].at(-1)).toBe('evaluating the held-out patients');
  expect([...evaluated].join()).not.toContain('external');
  expect(context.said.some((text) => text.startsWith('warn') && text.includes('separate analysis'))).toBe(
    true,
  );
  expect(result.runs).toEqual(['loho_without_JM', 'loho_without_SY', 'loho_without_ZS']);
  const everyone = SPLITS.flatMap((split) => readSliceTable(config.data, split, 'A').patients);
  for (const hospital of ['JM', 'SY', 'ZS']) {
    const run = new RunFolder(config.experiment.output_dir, `loho_without_${hospital}`);
    const about = (await readCheckpoint(run.best))?.about.patients;
    const seen = [...(about?.train ?? []), ...(about?.val ?? [])].sort();
    const others = everyone.filter((one) => one.hospital !== hospital);
    expect(seen).toEqual(patientHashes(studyKey(config.data), others));
  }
  const rows = readOutOfFold(result.outOfFold);
  for (const { fold, hospital } of rows) expect(hospital).toBe(fold);
  const labels = rows.map(({ label }) => label);
  const scores = rows.map(({ probabilities }) => probabilities[1] ?? Number.NaN);
  const { auc_lower: lower, auc_upper: upper } = result.rows.at(-1) ?? expect.unreachable();
  expect(delongAuc(labels, scores, 0.8)).toMatchObject({ lower, upper });
}, 120_000);
