import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  DataError,
  hashFile,
  readEvaluation,
  readFusionModel,
  readSlicePredictions,
  slicePredictionsPath,
} from '@radweave/artifacts';
import { writeMadeUpNetwork } from '@radweave/network/testing/networks';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeMadeUpFeatures } from '@radweave/study/testing/features';
import { writeMadeUpLogits } from '@radweave/study/testing/logits';
import { pythonJson, referenceTest, rJson, rTest, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { modalities, prepared, rowOf, run } from '../testing/evaluations.ts';
import type { EvaluateResult } from '../work/evaluate.ts';
import { evaluate } from './evaluate.ts';
import { fuse } from './fuse.ts';
import { visualize } from './visualize.ts';

const SKLEARN = `
import json, sys, pandas as pd
from sklearn import metrics as m
from statsmodels.stats.proportion import proportion_confint
folder = sys.argv[1]
table = pd.read_csv(f'{folder}/metrics.csv')
out = []
for _, row in table.iterrows():
    p = pd.read_csv(f"{folder}/predictions_{row['split']}.csv", dtype={'patient_id': str})
    p = p[p.model == row['model']]
    if row['hospital'] != 'all': p = p[p.hospital == row['hospital']]
    y, s, d = p.label, p.probability_1, p.predicted
    assert len(p) == row['n'] and y.sum() == row['n_positive']
    low, high = proportion_confint(((y == 1) & (d == 1)).sum(), (y == 1).sum(), method='beta')
    theirs = dict(auc=m.roc_auc_score(y, s), average_precision=m.average_precision_score(y, s), accuracy=m.accuracy_score(y, d),
      balanced_accuracy=m.balanced_accuracy_score(y, d), sensitivity=m.recall_score(y, d), specificity=m.recall_score(y, d, pos_label=0),
      ppv=m.precision_score(y, d), npv=m.precision_score(y, d, pos_label=0), f1=m.f1_score(y, d), brier=m.brier_score_loss(y, s),
      sensitivity_lower=low, sensitivity_upper=high)
    out.append(max(abs(row[k] - v) for k, v in theirs.items()))
print(json.dumps(out))
`;

referenceTest(
  'every number of metrics.csv that scikit-learn or statsmodels has is theirs',
  ['sklearn', 'pandas', 'statsmodels'],
  async () => {
    const { outputDir, rows } = await run(await prepared());
    const gaps = pythonJson<number[]>(SKLEARN, { args: [outputDir] });
    expect(gaps).toHaveLength(rows.length);
    expect(Math.max(...gaps)).toBeLessThan(1e-9);
  },
);

const PROC = `
suppressMessages(library(pROC))
folder <- readLines(file("stdin"))[1]
table <- read.csv(file.path(folder, "comparisons.csv"))
read <- function(split, model, hospital) {
  p <- read.csv(file.path(folder, paste0("predictions_", split, ".csv")), colClasses = c(patient = "character"))
  p <- p[p$model == model, ]
  if (hospital != "all") p <- p[p$hospital == hospital, ]
  p[order(p$patient), ]
}
curve <- function(p) roc(p$label, p$probability_1, direction = "<", levels = c(0, 1), quiet = TRUE)
gaps <- c()
for (split in unique(table$split)) for (hospital in unique(table$hospital[table$split == split])) {
  own <- table[table$split == split & table$hospital == hospital, ]
  p <- c(); mc <- c()
  for (i in seq_len(nrow(own))) {
    a <- read(split, own$first[i], hospital); b <- read(split, own$second[i], hospital)
    stopifnot(identical(a$patient, b$patient))
    ra <- curve(a); rb <- curve(b)
    t <- roc.test(ra, rb, method = "delong", paired = TRUE)
    p <- c(p, if (is.nan(t$p.value)) NA else t$p.value)
    gaps <- c(gaps, abs(own$auc_difference[i] - (auc(rb) - auc(ra))))
    ra1 <- a$predicted == a$label; rb1 <- b$predicted == b$label
    n <- sum(ra1 != rb1)
    if (n > 0) gaps <- c(gaps, abs(own$mcnemar_p[i] - binom.test(sum(ra1 & !rb1), n)$p.value))
  }
  stopifnot(identical(is.na(own$delong_p), is.na(p)))
  gaps <- c(gaps, abs(own$delong_p - p), abs(own$delong_p_holm - p.adjust(p, "holm")))
}
metrics <- read.csv(file.path(folder, "metrics.csv"))
for (i in seq_len(nrow(metrics))) {
  r <- curve(read(metrics$split[i], metrics$model[i], metrics$hospital[i]))
  ci <- suppressWarnings(ci.auc(r, method = "delong"))
  gaps <- c(gaps, abs(metrics$auc_lower[i] - ci[1]), abs(metrics$auc_upper[i] - ci[3]))
}
cat(sprintf("{\\"largest\\": %.17g, \\"compared\\": %d}", max(gaps, na.rm = TRUE), sum(!is.na(gaps))))
`;

rTest(
  "DeLong's intervals, tests and Holm's correction in the files are pROC's and R's",
  ['pROC'],
  async () => {
    const { outputDir, comparisons, rows } = await run(await prepared());
    const seen = rJson<{ largest: number; compared: number }>(PROC, { input: `${outputDir}\n` });
    expect(seen.compared).toBeGreaterThan(2 * comparisons.length + 2 * rows.length);
    expect(seen.largest).toBeLessThan(1e-6);
    const main = comparisons.filter(({ split, hospital }) => split === 'test' && hospital === 'all');
    expect(main.map(({ first, second }) => [first, second])).toEqual([
      ['A', 'fused'],
      ['P', 'fused'],
      ['network A', 'fused'],
      ['network P', 'fused'],
      ['A', 'P'],
      ['network A', 'network P'],
    ]);
  },
);

test('the threshold is that of the fusion, frozen on home validation, and the same for every row', async () => {
  const config = await prepared();
  const result = await run(config);
  const evaluation = readEvaluation(result.evaluationFile);
  const { classifiers } = readFusionModel(join(config.experiment.output_dir, 'fusion', 'model.json'));
  for (const { name, threshold } of classifiers) {
    expect(evaluation.models.find((model) => model.name === name)?.frozen.threshold).toEqual(threshold);
  }
  expect(result.models).toEqual(['fused', 'A', 'P', 'network A', 'network P']);
  expect(result.primary).toBe('fused');
  const network = evaluation.models.find(({ name }) => name === 'network A');
  expect(network?.frozen.threshold?.fitted_on).toMatchObject({ splits: ['val'], hospitals: ['JM'], n: 30 });
  expect(rowOf(result, { model: 'network A', split: 'train' })).toMatchObject({ in_sample: 'yes' });
  expect(rowOf(result, { model: 'network A', split: 'val' }).note?.text).toMatch(
    /best epoch.*threshold was chosen/,
  );
  const chosen = result.aggregation.filter(({ model }) => model === 'network A');
  expect(chosen.map(({ aggregation, chosen: is }) => [aggregation, is])).toEqual([
    ['mean', true],
    ['max', false],
    ['top_k (3)', false],
    ['median', false],
  ]);
});

test('auto takes the aggregation of highest validation AUC, whatever the test AUC says', async () => {
  const config = await prepared();
  config.evaluation.aggregation = 'auto';
  const { aggregation } = await run(config, { networksOnly: true });
  for (const model of ['network A', 'network P']) {
    const own = aggregation.filter((row) => row.model === model);
    const best = Math.max(...own.map(({ val_auc }) => val_auc ?? 0));
    expect(own.find(({ chosen }) => chosen)).toBe(own.find(({ val_auc }) => val_auc === best));
  }
});

test('a hospital with one class and one with a single patient give n/a with the reason', async () => {
  const cohort = madeUpCohort({ train: 40, val: 20, test: 20 }).map((one) =>
    one.hospital === 'SY' ? { ...one, label: 1 } : one,
  );
  const single = { patient: 'X1', hospital: 'XX', label: 0, split: 'test' as const };
  const result = await run(await prepared([...cohort, single]));
  const sy = rowOf(result, { model: 'fused', hospital: 'SY' });
  expect(sy.auc).toMatchObject({ value: null, note: { code: 'only-positive' } });
  expect(sy.specificity).toMatchObject({ value: null, note: { code: 'no-negative-patients' } });
  expect(sy.sensitivity.value).not.toBeNull();
  expect(rowOf(result, { model: 'network P', hospital: 'XX' })).toMatchObject({ n: 1, n_positive: 0 });
  const compared = result.comparisons.find(({ hospital }) => hospital === 'SY');
  expect(compared).toMatchObject({ delong_p: null, delong_p_holm: null });
  expect(compared?.auc_difference.note?.text).toMatch(/only positive patients/);
  const text = readFileSync(join(result.outputDir, 'metrics.csv'), 'utf8');
  expect(text).not.toMatch(/NaN|null|undefined/);
});

test('without an external hospital the test rows are empty and say so', async () => {
  const result = await run(await prepared(madeUpCohort({ train: 40, val: 20, test: 0 })));
  const row = rowOf(result, { model: 'fused' });
  expect(row).toMatchObject({ n: 0, note: { text: expect.stringMatching(/no external hospital/) } });
  expect(row.auc.value).toBeNull();
});

test('a network that is not the one whose features were classified is a warning, with the commands that bring them together', async () => {
  const config = await prepared();
  const context = listening();
  const options = { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  // Without a checkpoint nobody can tell.
  for (const modality of modalities)
    rmSync(new RunFolder(config.experiment.output_dir, `made_up_${modality}`).best);
  await evaluate(options, context);
  expect(context.said.join()).not.toContain('not the checkpoint');
  const { best } = new RunFolder(config.experiment.output_dir, 'made_up_A');
  writeFileSync(best, 'other weights');
  const commands = async (runs: Record<string, string> = {}) => {
    const own = listening();
    await evaluate({ ...options, runs }, own);
    return own.said.flatMap(
      (line) =>
        /^warning: network A is not the checkpoint whose features were classified \(.*: (radweave .*)$/.exec(
          line,
        )?.[1] ?? [],
    );
  };
  expect(await commands()).toEqual(['radweave extract --modality A; radweave fuse']);
  expect(await commands({ A: 'made_up_A' })).toEqual([
    `radweave extract --modality A --checkpoint ${best}; radweave fuse`,
  ]);
  // Its features are there, and only not fused.
  const cohort = madeUpCohort({ train: 40, val: 30, test: 48 });
  writeMadeUpFeatures(config, 'A', cohort, 4, { checkpoint: best, checkpoint_sha256: hashFile(best) });
  expect(await commands()).toEqual(['radweave fuse']);
  for (const modality of modalities) writeMadeUpLogits(config, modality, cohort, 2);
  writeMadeUpFeatures(config, 'A', cohort, 4);
  await fuse({ config, modalities, stack: true }, listening());
  expect(await commands()).toEqual(['radweave extract --modality A; radweave fuse --stack']);
});

test('calibration is fitted on validation, says that it is, and changes no ranking', async () => {
  const config = await prepared();
  const plain = await run(config);
  for (const calibration of ['platt', 'isotonic', 'temperature'] as const) {
    config.evaluation.calibration = calibration;
    const result = await run(config);
    const before = rowOf(plain, { model: 'network A' });
    const after = rowOf(result, { model: 'network A' });
    expect(after.auc).toEqual(before.auc);
    expect(after.sensitivity).toEqual(before.sensitivity);
    expect(after.brier.value).not.toBe(before.brier.value);
    expect(rowOf(result, { model: 'network A', split: 'val' }).note?.text).toMatch(
      /calibrator was fitted on these/,
    );
    expect(after.note?.text ?? '').not.toMatch(/calibrator/);
    const { models } = readEvaluation(result.evaluationFile);
    expect(models[0]?.frozen.calibrator).toMatchObject({ kind: calibration, fitted_on: { splits: ['val'] } });
  }
});

test('a target sensitivity is reached on validation; the fixed rule is 0.5', async () => {
  const config = await prepared();
  Object.assign(config.evaluation, { threshold_rule: 'sensitivity', target_sensitivity: 0.95 });
  const high = rowOf(await run(config), { model: 'network A', split: 'val' });
  expect(high.sensitivity.value).toBeGreaterThanOrEqual(0.95);
  config.evaluation.threshold_rule = 'fixed';
  const fixed = rowOf(await run(config), { model: 'network A', split: 'val' });
  expect(fixed.threshold).toBe(0.5);
  expect(fixed.note?.text).not.toMatch(/threshold was chosen/);
});

/** Of which modalities the validation numbers of networks, and of classifiers, are told to be too good. */
function optimistic({ notes }: EvaluateResult, code = 'validation-optimistic'): unknown[] {
  return notes.flatMap((note) => (note.code === code ? [note.params] : []));
}

test('validation is told to be optimistic where a network of the study kept its best epoch', async () => {
  const cohort = madeUpCohort({ train: 20, val: 20, test: 20 });
  const told = async (set: Parameters<typeof writeMadeUpFeatures>[4]): Promise<unknown[]> => {
    const config = cohortConfig(tempDir());
    config.evaluation.bootstrap_replicates = 100;
    writeMadeUpCohort(config, cohort);
    for (const modality of modalities) writeMadeUpFeatures(config, modality, cohort, 4, set);
    const { notes } = await fuse({ config, modalities }, listening());
    const result = await run(config);
    expect(optimistic(result)).toEqual(notes.map(({ params }) => params));
    return optimistic(result);
  };
  expect(await told({ checkpoint: 'checkpoints/run/best_model.pth' })).toEqual([{ modalities: ['A', 'P'] }]);
  expect(await told({ checkpoint: 'pretrained', in_sample: false })).toEqual([]);
  for (const name of ['last_checkpoint.pth', 'epoch_012.pth'])
    expect(await told({ checkpoint: `checkpoints/run/${name}` })).toEqual([]);
});

test('of features of a run of one epoch, and of its last weights, no classifier is told to be optimistic', async () => {
  const cohort = madeUpCohort({ train: 20, val: 20, test: 20 });
  const told = async (file: 'best' | 'last', epochs: number): Promise<unknown[]> => {
    const config = cohortConfig(tempDir());
    config.evaluation.bootstrap_replicates = 100;
    writeMadeUpCohort(config, cohort);
    const network = writeMadeUpNetwork(config, 'A', cohort);
    network.write({ ...network.read(), epochs });
    const checkpoint = `checkpoints/${network.name}/${basename(network[file])}`;
    writeMadeUpFeatures(config, 'A', cohort, 4, { checkpoint });
    const { notes } = await fuse({ config, modalities: ['A'] }, listening());
    const result = await run(config, { modalities: ['A'] });
    return [
      notes.length,
      optimistic(result).length,
      optimistic(result, 'validation-optimistic-networks').length,
    ];
  };
  expect(await told('best', 2)).toEqual([1, 1, 0]);
  expect(await told('last', 2)).toEqual([0, 0, 1]);
  expect(await told('best', 1)).toEqual([0, 0, 0]);
});

test('networks alone are evaluated; with nothing at all the error says what to run', async () => {
  const cohort = madeUpCohort({ train: 20, val: 20, test: 20 });
  const config = cohortConfig(tempDir());
  config.evaluation.bootstrap_replicates = 100;
  writeMadeUpCohort(config, cohort);
  await expect(run(config)).rejects.toThrow(
    /nothing to evaluate.*`radweave train --modality A` or `radweave fuse`/s,
  );
  const network = writeMadeUpNetwork(config, 'A', cohort);
  const result = await run(config);
  expect(result.models).toEqual(['network A']);
  expect(result.notes.map(({ text }) => text).join('; ')).toMatch(
    /not evaluated: there is no fusion in .*fusion; make it with: radweave fuse --modalities A P/,
  );
  expect(result.comparisons).toEqual([]);
  expect(result.notes.map(({ code }) => code)).not.toContain('nri-continuous');
  expect(optimistic(result)).toEqual([]);
  // Of one epoch none was chosen.
  expect(optimistic(result, 'validation-optimistic-networks')).toEqual([]);
  network.write({ ...network.read(), epochs: 2 });
  const ofNetworks = optimistic(await run(config), 'validation-optimistic-networks');
  expect(ofNetworks).toEqual([{ modalities: ['A'] }]);
  expect(result.notes.map(({ text }) => text)).toContain(
    'not evaluated: no finished training run of modality P; make it with: radweave train --modality P',
  );
  const slices = readSlicePredictions(slicePredictionsPath(network.logs, 'val'));
  const [first] = readEvaluation(result.evaluationFile).models[0]?.patients.val ?? [];
  const own = slices.filter(({ patient }) => patient === first?.patient);
  const mean = own.reduce((sum, { probabilities }) => sum + (probabilities[1] ?? 0), 0) / own.length;
  expect(first?.probabilities[1]).toBeCloseTo(mean, 12);
  await expect(run(config, { runs: { A: 'other' } })).rejects.toThrow(/no run 'other'/);
});

test('slice predictions that are not as the run was finished are refused, of older runs those that are not whole', async () => {
  const cohort = madeUpCohort({ train: 20, val: 20, test: 20 });
  const config = cohortConfig(tempDir());
  writeMadeUpCohort(config, cohort);
  const network = writeMadeUpNetwork(config, 'A', cohort);
  writeFileSync(network.last, '');
  const path = slicePredictionsPath(network.logs, 'test');
  const text = readFileSync(path, 'utf8');
  const lines = text.trimEnd().split('\n');
  const patientOf = (line = ''): string => line.split(',')[1] ?? '';
  const last = patientOf(lines.at(-1));
  const cut = lines.filter((line) => patientOf(line) !== last).join('\n');
  const other = text.replace(/[\d.]+,[\d.]+\n$/, '0.4,0.6\n');
  const tooMuch = text.replace(/[\d.]+,[\d.]+\n$/, '0.79,0.6\n');
  const refusal = async (content: string): Promise<string> => {
    writeFileSync(path, content);
    const error = await run(config).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof DataError)) return 'none';
    expect(error).toMatchObject({ where: path, hint: expect.stringContaining('--resume --run made_up_A') });
    return error.what;
  };
  for (const content of [cut, other]) {
    expect(await refusal(content)).toBe('the predictions are not those that the run was finished with');
  }
  expect(await refusal(tooMuch)).toMatch(/are 0.79 and 0.6, which are not probabilities that sum to 1/);
  const { predictions_sha256: _, ...older } = network.read();
  network.write(older);
  expect(await refusal(cut)).toBe(`patient ${last} has predictions of 0 of 1 slice`);
  expect(await refusal(tooMuch)).toMatch(/are 0.79 and 0.6, which are not probabilities that sum to 1/);
});

test('a fusion and a training that were killed are named, with the commands that finish them', async () => {
  const config = await prepared(madeUpCohort({ train: 20, val: 20, test: 20 }));
  config.evaluation.bootstrap_replicates = 100;
  rmSync(join(config.experiment.output_dir, 'fusion', 'model.json'));
  const network = new RunFolder(config.experiment.output_dir, 'made_up_P');
  network.write({ ...network.read(), status: 'running' });
  writeFileSync(network.last, '');
  const context = listening();
  const options = { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  expect((await evaluate(options, context)).models).toEqual(['network A']);
  const said = context.said.join('\n');
  expect(said).toMatch(
    /warning: Not evaluated: the fusion in .*fusion is unfinished\. Make it with: radweave fuse --modalities A P;/,
  );
  expect(said).toMatch(
    /Not evaluated: the training run 'made_up_P' .*radweave train --modality P --resume --run made_up_P; then evaluate again/,
  );
});

test.each([
  [['A'], ['A', 'P']],
  [['A', 'P'], ['A']],
])(
  'a fusion of %j is not evaluated or drawn as that of %j, and told how to be made',
  async (fused, asked) => {
    const config = await prepared();
    await fuse({ config, modalities: fused }, listening());
    await expect(run(config, { modalities: asked })).rejects.toMatchObject({
      code: 'E_FUSION_MODALITIES',
      exitCode: 3,
      message: expect.stringContaining(
        `the fusion is of ${fused.join(', ')}, but the modalities are ${asked.join(', ')}`,
      ),
      hint: expect.stringContaining(`radweave fuse --modalities ${asked.join(' ')};`),
    });
    const { models } = await run(config, { modalities: asked, networksOnly: true });
    expect(models).not.toContain('fused');
    const context = listening();
    await visualize({ config, modalities: asked }, context);
    expect(context.said.join()).toMatch(/warning: Not drawn: roc_val, [^:]*: the fusion is of /);
    // The order is that of the columns alone.
    await run(config, { modalities: [...fused].reverse() });
  },
);
