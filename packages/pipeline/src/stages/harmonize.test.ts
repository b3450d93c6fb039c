import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Config,
  featurePath,
  readFeatures,
  readHarmonisedMetrics,
  readHarmonizeRecord,
  readSiteAudit,
  readSiteAuditJson,
  writeNpy,
} from '@radweave/artifacts';
import { proportion } from '@radweave/stats';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import {
  type MadeUpPatient,
  madeUpCohort,
  writeMadeUpCohort,
  writeMadeUpFeatures,
} from '@radweave/study/testing/features';
import { pythonJson, referenceTest, tempDir } from '@radweave/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FuseResult } from '../work/fuse.ts';
import type { HarmonizeResult } from '../work/harmonize.ts';
import { fuse } from './fuse.ts';
import { harmonize } from './harmonize.ts';
import { untranslated } from './untranslated.test.data.ts';

const modalities = ['A', 'P'];

/** Features in which SY is shifted and stretched. */
function prepared(cohort: readonly MadeUpPatient[], folder = tempDir()): Config {
  const config = cohortConfig(folder);
  writeMadeUpCohort(config, cohort);
  for (const [modality, dims] of [
    ['A', 6],
    ['P', 4],
  ] as const) {
    writeMadeUpFeatures(config, modality, cohort, dims, { arrays_sha256: undefined });
    for (const { patient, label, hospital, split } of cohort) {
      const from = featurePath(config.data.features_dir, split, modality, label, patient);
      const { shape, data } = readFeatures(from);
      if (hospital === 'SY')
        writeNpy(from, { shape, data: data.map((x, i) => 1.6 * x + 2 + (i % dims) / 3) });
    }
  }
  return config;
}

/** 20 patients of SY and at most `zs` of ZS. */
function cohortWith(zs: number): MadeUpPatient[] {
  let left = zs;
  return madeUpCohort({ train: 40, val: 16, test: 40 }).filter(
    ({ hospital }) => hospital !== 'ZS' || left-- > 0,
  );
}

async function run(own: Config, auditOnly = false, permutations = 1): Promise<HarmonizeResult> {
  const done = await harmonize({ config: own, modalities, auditOnly, permutations }, listening());
  const { notes, sites } = readHarmonizeRecord(done.recordFile);
  const remarks = [...done.audit.map(({ note }) => note), ...notes, ...sites.map(({ reason }) => reason)];
  expect(untranslated(remarks.flatMap((one) => one ?? []))).toEqual([]);
  return done;
}

let shared: string;
let config: Config;
let fused: FuseResult;
let fusedBefore: string[];
let result: HarmonizeResult;
const fusionTexts = (): string[] =>
  ['model.json', 'metrics.csv', 'predictions_test.csv', 'fused_test.csv'].map((name) =>
    readFileSync(join(fused.outputDir, name), 'utf8'),
  );

beforeAll(async () => {
  shared = mkdtempSync(join(tmpdir(), 'radweave-harmonize-'));
  config = prepared(cohortWith(9), shared);
  fused = await fuse({ config, modalities }, listening());
  fusedBefore = fusionTexts();
  result = await run(config, false, 19);
});

afterAll(() => rmSync(shared, { recursive: true, force: true }));

// Johnson et al. 2007 with the reference batch of Zhang et al. 2018, iterated to rest.
const NUMPY = `
import json, sys, numpy as np, pandas as pd
features, written = sys.argv[1:3]
def load(split, modality):
    t = pd.read_csv(f'{features}/{split}/aligned/features_{modality}.csv', dtype={'patient_id': str})
    return np.stack([np.load(p).astype(np.float64).mean(0).astype(np.float32) for p in t.feature_path]).astype(np.float64)
who = pd.read_csv(f'{features}/test/aligned/patients.csv', dtype=str)
sy = (who.hospital == 'SY').to_numpy()
blocks = []
for modality in ['A', 'P']:
    r, x = load('train', modality), load('test', modality)
    mu, sd = r.mean(0), r.std(0)
    z = (x[sy] - mu) / sd
    n, gh, dh = len(z), z.mean(0), z.var(0, ddof=1)
    gbar, t2, m, s2 = gh.mean(), gh.var(ddof=1), dh.mean(), dh.var(ddof=1)
    a, b = (2 * s2 + m * m) / s2, (m * s2 + m ** 3) / s2
    g, d = gh, dh
    for _ in range(500):
        g = (t2 * n * gh + d * gbar) / (t2 * n + d)
        d = (0.5 * ((z - g) ** 2).sum(0) + b) / (n / 2 + a - 1)
    x[sy] = (z - g) / np.sqrt(d) * sd + mu
    blocks.append(x)
expected = np.concatenate(blocks, 1)
ours = np.load(written + '/harmonised_test.npy')
table = pd.read_csv(written + '/harmonised_test.csv', dtype={'patient_id': str})
print(json.dumps({
  'difference': float(np.abs(ours - expected).max()), 'size': float(np.abs(expected).max()),
  'patients': list(table.patient_id) == list(who.patient_id), 'hospitals': int(sy.sum()),
  'table': bool((table.iloc[:, 4:].to_numpy().astype(np.float32) == ours).all()),
  'marked': list((table.transductive == 'yes').to_numpy() == sy).count(False),
  'left': bool((ours[~sy] == expected[~sy].astype(np.float32)).all())}))`;

referenceTest(
  'features are those of the published formula; 9 patients are left as they are',
  ['numpy', 'pandas'],
  () => {
    const read = pythonJson<Record<string, number | boolean>>(NUMPY, {
      args: [config.data.features_dir, result.outputDir],
    });
    expect(read).toMatchObject({ patients: true, hospitals: 20, table: true, marked: 0, left: true });
    expect(Number(read.difference) / Number(read.size)).toBeLessThan(1e-6);
  },
);

test('intervals have the level that was set, and the record says which', async () => {
  const own = structuredClone(config);
  own.evaluation.confidence_level = 0.8;
  own.experiment.output_dir = tempDir();
  const { audit, metrics, recordFile } = await run(own);
  expect(readHarmonizeRecord(recordFile).confidence_level).toBe(0.8);
  const { n, accuracy, accuracy_lower, accuracy_upper } = audit[0] ?? expect.unreachable();
  const share = proportion(Math.round((accuracy ?? 0) * (n ?? 0)), n ?? 0, { level: 0.8 });
  expect(share).toMatchObject({ lower: accuracy_lower, upper: accuracy_upper });
  const width = (rows: HarmonizeResult['metrics']): number =>
    (rows[0]?.auc_upper ?? Number.NaN) - (rows[0]?.auc_lower ?? Number.NaN);
  expect(width(metrics)).toBeLessThan(width(result.metrics));
});

test('a hospital of 9 patients is left unharmonised, and that is said everywhere', () => {
  const [sy, zs] = readHarmonizeRecord(result.recordFile).sites;
  expect(sy).toMatchObject({ hospital: 'SY', n: 20, harmonised: true, reason: null });
  expect(sy?.modalities.A?.mean_absolute_location).toBeGreaterThan(1);
  expect(zs).toMatchObject({ hospital: 'ZS', n: 9, harmonised: false, modalities: {} });
  expect(zs?.reason?.text).toMatch(/A: 9 patients: .* at least 10/);
  const rows = readHarmonisedMetrics(join(result.outputDir, 'metrics.csv'));
  expect(rows).toEqual(result.metrics);
  const own = rows.filter(({ hospital }) => hospital === 'ZS');
  expect(own).toHaveLength(3);
  for (const row of own) {
    expect(row).toMatchObject({ features: 'extracted', transductive: 'no' });
    expect(row.note).toContain('left unharmonised: A: 9 patients');
  }
  const pooled = rows.find((row) => row.hospital === 'all' && row.features === 'harmonised');
  expect(pooled?.note).toMatch(/^transductive: .*ZS left unharmonised: /);
  expect(readFileSync(join(result.outputDir, 'predictions_test.csv'), 'utf8')).toMatch(
    /,ZS,\d,no,.*left unharmonised/,
  );
});

test('every row that harmonised features gave is marked, and no other', () => {
  const audit = readSiteAudit(join(result.outputDir, 'site_audit.csv'));
  expect(audit.map(({ note }) => note?.text)).toEqual(result.audit.map(({ note }) => note?.text));
  expect(readSiteAuditJson(join(result.outputDir, 'site_audit.json'))).toEqual(result.audit);
  for (const row of [...audit, ...result.metrics]) {
    expect(row.transductive).toBe(row.features === 'harmonised' ? 'yes' : 'no');
  }
  const marked = result.metrics.filter(({ transductive }) => transductive === 'yes');
  expect(marked.map(({ model, hospital }) => `${model} ${hospital}`)).toEqual(
    ['fused', 'A', 'P'].flatMap((model) => [`${model} all`, `${model} SY`]),
  );
  for (const { note } of marked) expect(note).toContain('not part of the primary analysis');
});

test('the audit finds the planted site effect before and not after', () => {
  const find = (features: string) =>
    result.audit.find(
      (row) => row.model === 'fused' && row.scope === 'val and test' && row.features === features,
    );
  expect(find('extracted')).toMatchObject({ hospitals: 'JM SY ZS', n: 45, auc_p: 1 / 20, permutations: 19 });
  expect(Number(find('extracted')?.auc)).toBeGreaterThan(0.75);
  expect(Number(find('harmonised')?.auc)).toBeLessThan(Number(find('extracted')?.auc) - 0.2);
  expect(find('harmonised')?.note?.text).toContain(
    'inside each fold: location and scale come from its training patients',
  );
  const all = result.audit.find((row) => row.model === 'A' && row.scope === 'all');
  expect(all?.note?.text).toContain('the network of A was trained on the home training patients');
});

test('a hospital of 12 patients is harmonised, but too small to be harmonised inside the folds', async () => {
  let left = 12;
  const cohort = cohortWith(0).filter(({ hospital }) => hospital !== 'SY' || left-- > 0);
  const { sites, audit, recordFile } = await run(prepared(cohort), true);
  expect(sites).toMatchObject([{ hospital: 'SY', n: 12, harmonised: true }]);
  // No number is one of harmonised features.
  expect(readHarmonizeRecord(recordFile).notes).toEqual([]);
  for (const { features, auc, note } of audit) {
    if (features === 'extracted') expect(auc).toBeGreaterThan(0.5);
    else
      expect({ auc, note }).toEqual({
        auc: null,
        note: expect.objectContaining({ code: 'combat-fold-small' }),
      });
  }
});

test('where no hospital is harmonised, nothing is said of harmonised features', async () => {
  const own = prepared(cohortWith(9).filter(({ hospital }) => hospital !== 'SY'));
  const { sites, recordFile } = await run(own);
  expect(sites).toMatchObject([{ hospital: 'ZS', n: 9, harmonised: false }]);
  expect(readHarmonizeRecord(recordFile).notes).toEqual([]);
  expect(readHarmonizeRecord(result.recordFile).notes).not.toEqual([]);
});

test('a hospital of one label is named: its site effect may be that of the label', async () => {
  const own = prepared(cohortWith(9).filter(({ hospital, label }) => hospital !== 'SY' || label === 1));
  const { recordFile } = await run(own, true);
  const one = { code: 'site-one-label', params: { hospitals: ['SY'] } };
  expect(readHarmonizeRecord(recordFile).notes).toContainEqual(expect.objectContaining(one));
  expect(readHarmonizeRecord(result.recordFile).notes).not.toContainEqual(
    expect.objectContaining({ code: one.code }),
  );
});

test('the classifier is that of fuse, and nothing of the primary analysis changes', async () => {
  for (const row of result.metrics.filter(({ features }) => features === 'extracted')) {
    const primary = fused.metrics.find(
      (one) => one.split === 'test' && one.model === row.model && one.hospital === row.hospital,
    );
    expect([row.auc, row.sensitivity, row.threshold]).toEqual([
      primary?.auc,
      primary?.sensitivity,
      primary?.threshold,
    ]);
  }
  expect(fusionTexts()).toEqual(fusedBefore);
  await fuse({ config, modalities }, listening());
  expect(fusionTexts()).toEqual(fusedBefore);
});

test('labels of external patients change no feature', async () => {
  const flipped = prepared(cohortWith(9).map((one) => (one.split === 'test' ? { ...one, label: 1 } : one)));
  const plain = prepared(cohortWith(9));
  for (const one of cohortWith(9)) {
    for (const modality of modalities) {
      const { features_dir } = plain.data;
      const { shape, data } = readFeatures(
        featurePath(features_dir, one.split, modality, one.label, one.patient),
      );
      const label = one.split === 'test' ? 1 : one.label;
      writeNpy(featurePath(flipped.data.features_dir, one.split, modality, label, one.patient), {
        shape,
        data,
      });
    }
  }
  const [a, b] = [await run(plain), await run(flipped)];
  const bytes = ({ outputDir }: HarmonizeResult) => readFileSync(join(outputDir, 'harmonised_test.npy'));
  expect(bytes(a).equals(bytes(b))).toBe(true);
  expect(a.audit).toEqual(b.audit);
});

test('audit_only leaves the audit alone, also after a whole call', async () => {
  const own = prepared(cohortWith(20));
  await run(own);
  const { outputDir, metrics, recordFile } = await run(own, true);
  expect(metrics).toEqual([]);
  expect(readHarmonizeRecord(recordFile)).toMatchObject({
    audit_only: true,
    files: ['site_audit.csv', 'site_audit.json'],
  });
  for (const name of ['metrics.csv', 'predictions_test.csv', 'harmonised_test.npy', 'harmonised_test.csv']) {
    expect(existsSync(join(outputDir, name))).toBe(false);
  }
});

test.each([
  ['one hospital', 0, 'all patients are of one hospital'],
  ['hospitals of a few patients', 6, 'needs two hospitals with at least 5 patients; there is 1'],
])('of %s there is no result: refused, and earlier files stay', async (_, external, why) => {
  const own = prepared(madeUpCohort({ train: 30, val: 12, test: external }));
  const record = join(own.experiment.output_dir, 'harmonize', 'harmonize.json');
  mkdirSync(dirname(record), { recursive: true });
  copyFileSync(result.recordFile, record);
  for (const auditOnly of [false, true]) {
    await expect(run(own, auditOnly)).rejects.toMatchObject({
      code: 'E_HOSPITALS',
      exitCode: 3,
      message: expect.stringContaining(why),
    });
  }
  expect(readdirSync(dirname(record))).toEqual(['harmonize.json']);
});
