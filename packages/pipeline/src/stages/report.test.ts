import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decisionsHash } from '@radweave/analysis/audit/frozen';
import { openPngPainter } from '@radweave/analysis/paint/png';
import {
  type Config,
  defaultConfig,
  hashFile,
  outputFolders,
  readSplitSummary,
  splitFiles,
  splitPath,
  writeAuditRecord,
  writeExclusions,
} from '@radweave/artifacts';
import { asWritten, remark } from '@radweave/remarks';
import { WORDS } from '@radweave/report';
import { findBrowser, printPdf } from '@radweave/report/browser';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { madeUpCohort, writeMadeUpCohort, writeOwnSplits } from '@radweave/study/testing/features';
import { onLinux, tempDir } from '@radweave/testkit';
import { expect, test, vi } from 'vitest';
import { readSite } from '../report/site.ts';
import { readStudyCohort } from '../report/study-cohort.ts';
import { UsedFiles } from '../report/used-files.ts';
import { writeMadeUpExplanations } from '../testing/explanations.ts';
import { evaluate } from './evaluate.ts';
import { COHORT, divided, HASH, modalities, run, studied } from './report.test.data.ts';

vi.mock('@radweave/analysis/paint/png', async (original) => {
  const real = await original<typeof import('@radweave/analysis/paint/png')>();
  return { ...real, openPngPainter: vi.fn(real.openPngPainter) };
});
vi.mock('@radweave/report/browser', async (original) => {
  const real = await original<typeof import('@radweave/report/browser')>();
  return { ...real, findBrowser: vi.fn(real.findBrowser), printPdf: vi.fn(real.printPdf) };
});

const EXPLAINED = { patient: '0035', hospital: 'SY', label: 0 };

function audited(config: Config, split_hash: string, decisions?: string): void {
  writeAuditRecord(join(config.experiment.output_dir, 'audit', 'audit.json'), {
    format: 1,
    verdict: 'passed',
    findings_by_severity: { leak: 0, warning: 0, info: 0 },
    modalities,
    splits_dir: '.',
    split_hash,
    ...(decisions === undefined ? {} : { decisions_sha256: decisions }),
    near_duplicate_distance: null,
    checks: [
      { name: 'patients across splits', outcome: 'passed', detail: asWritten('looked at 50 patients') },
    ],
    findings: [],
    not_checked: [],
    versions: {},
  });
}

test('a PDF whose letters no font of the machine has is told', async () => {
  const config = await studied();
  const said = async (hasLetters: boolean): Promise<string> => {
    const context = listening();
    vi.mocked(findBrowser).mockReturnValueOnce('chromium');
    vi.mocked(printPdf).mockResolvedValueOnce(Buffer.from('%PDF-'));
    const canDraw = (text: string): boolean => hasLetters || !/摘要/.test(text);
    vi.mocked(openPngPainter).mockResolvedValueOnce({ canDraw, paint: async () => Buffer.alloc(0) });
    await run(config, { language: 'zh', pdf: true }, context);
    return context.said.join('\n');
  };
  expect(await said(false)).toMatch(/boxes in the PDF.*The HTML file has the text.*Noto Sans CJK/);
  expect(await said(true)).not.toContain('boxes');
});

test('a report holds what was made, and names the command of what was not', async () => {
  const config = await studied();
  const folder = outputFolders(config.experiment.output_dir).report;
  mkdirSync(folder);
  writeFileSync(join(folder, 'report.pdf'), 'of an earlier report');
  const context = listening();
  const result = await run(config, {}, context);
  expect(context.said.join('\n')).toContain(
    'report.pdf showed an earlier report and was removed. Make it again with radweave report --pdf',
  );
  expect(readdirSync(folder)).toEqual(['report.html']);
  expect(result.missing.map(({ section, command }) => [section, command])).toEqual([
    ['explanations', 'radweave explain --modality A; radweave explain --modality P'],
    ['site', 'radweave harmonize'],
    ['leakage', 'radweave audit'],
  ]);
  const page = readFileSync(result.html, 'utf8');
  for (const text of ['UMAP of the fused features', 'Training of modality A', 'Training of modality P']) {
    expect(page.includes(text)).toBe(true);
  }
  expect(page.includes(hashFile(join(config.experiment.output_dir, 'evaluation', 'evaluation.json')))).toBe(
    true,
  );
  expect(result.pdf).toBeNull();
  // What each network was trained with, from its own checkpoint.
  expect(page).toMatch(/train A \(made_up_A\)<\/th><td>resnet18, bf16, device [^<]*/);
  expect(page).toMatch(/precision of train A \(made_up_A\)<\/th><td>bf16: as requested</);
  // Methods come from the checkpoints, not from the configuration of the report.
  expect(page).toContain(
    'Training was computed in bfloat16 mixed precision (seed 42). Features were extracted in float32.',
  );
});

test.each(['en', 'zh'] as const)(
  'of the table of patients the columns that are named are summed up, and no cell of others is told (%s)',
  async (language) => {
    const config = await studied((own) => {
      divided(own);
      const rows = COHORT.map(
        ({ patient, hospital, split }, i) =>
          `${patient},${hospital},${split},${i === 0 ? 999 : 50 + (i % 20)},${['female', 'male', ''][i % 3]},+49 170 ${i % 4}`,
      );
      const header = 'patient_id,hospital,split,Age,Sex,Handy';
      writeFileSync(splitFiles(own.data.splits_dir).clinical, [header, ...rows, ''].join('\n'));
    });
    const words = WORDS[language].clinical;
    const context = listening();
    const shown = async (clinical: string[]): Promise<string> => {
      config.data.clinical = clinical;
      return readFileSync((await run(config, { language }, context)).html, 'utf8');
    };
    const page = await shown([]);
    expect(page).toContain(words.notNamed(WORDS[language].list(['Age', 'Sex', 'Handy'])));
    expect(page).not.toMatch(/\+49 170|female/);
    expect(page).not.toContain(words.title(true));
    expect(page).toContain(hashFile(splitFiles(config.data.splits_dir).clinical));
    const asked = await shown(['Age', 'Sex']);
    for (const text of [words.title(true), words.median('Age'), WORDS[language].pair('Sex', 'male')])
      expect(asked).toContain(text);
    expect(asked).toContain(words.notNamed('Handy'));
    const odd = remark('clinical-placeholder', { name: 'Age', value: 999, n: 1, least: 50, most: 69 });
    expect(asked).toContain(WORDS[language].remark(odd));
    expect(context.said).toContain(`warning: Table of patients: ${odd.text}.`);
    expect(asked).not.toContain('+49 170');
    await expect(shown(['age'])).rejects.toMatchObject({ code: 'E_CLINICAL', hint: "Did you mean 'Age'?" });
    rmSync(splitFiles(config.data.splits_dir).clinical);
    await expect(shown(['Age'])).rejects.toMatchObject({
      code: 'E_CLINICAL',
      hint: expect.stringContaining('--table'),
    });
  },
);

test('the configuration is what each part was made with, whatever the report is told', async () => {
  const made = await studied((own) => {
    own.experiment.seed = 7;
    own.data.train_ratio = 0.6;
    own.fusion.C = 0.5;
    own.training.epochs = 3;
    own.evaluation.aggregation = 'top_k';
    own.evaluation.top_k = 2;
    own.evaluation.confidence_level = 0.9;
    divided(own);
  });
  const config = structuredClone(made);
  const { data, fusion, training, evaluation, experiment } = defaultConfig();
  Object.assign(config, { fusion, training, evaluation });
  config.data.train_ratio = data.train_ratio;
  config.experiment.seed = experiment.seed;
  const page = readFileSync((await run(config)).html, 'utf8')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
  const shown = page.slice(page.indexOf('Training run made_up_A'), page.indexOf('Versions and machine'));
  expect(shown).toMatch(/^Training run made_up_A, Training run made_up_P data: image_size: 32 .*epochs: 3 /);
  const { seed, home_hospital: home } = readSplitSummary(splitFiles(made.data.splits_dir).summary);
  expect(shown).toContain(
    `Division of the patients data: modalities: [A, P] missing: drop home_hospital: ${home} train_ratio: 0.6 experiment: seed: ${seed}`,
  );
  expect(shown).toContain(
    'Classifiers of features fusion: C: 0.5 max_iter: 1000 random_state: 42 standardize: true Evaluation',
  );
  expect(shown).toMatch(/evaluation: aggregation: top_k top_k: 2 .*confidence_level: 0\.9 .*seed: 7/);
  // Neither places, nor what no record tells.
  expect(shown).not.toMatch(/root_dir|skip_unreadable|log_interval|target_sensitivity|C: 1 |epochs: 100/);
});

test('where hospitals cannot be compared, no command is advised that measures site effects', () => {
  const config = cohortConfig(tempDir());
  const files = new UsedFiles(config.experiment.output_dir);
  const siteOf = (test: number): ReturnType<typeof readSite> => {
    writeMadeUpCohort(config, madeUpCohort({ train: 20, val: 14, test }), { modalities });
    writeExclusions(join(config.data.splits_dir, 'exclusions.csv'), []);
    return readSite(config, readStudyCohort(config.data, modalities, files), files);
  };
  expect(siteOf(16)).toEqual({ missing: { command: 'radweave harmonize', reason: null } });
  expect(siteOf(0)).toEqual({ missing: { command: null, reason: remark('one-site') } });
  const tooFew = remark('site-audit-hospitals', { least: 5, n: 1 });
  expect(siteOf(6)).toEqual({ missing: { command: null, reason: tooFew } });
});

test('explanations of an evaluated network and an audit of these patients are in it, pictures made small', async () => {
  const config = await studied();
  const { best } = new RunFolder(config.experiment.output_dir, 'made_up_A');
  writeMadeUpExplanations(config, EXPLAINED, { checkpoint_sha256: hashFile(best) });
  audited(config, HASH);
  const result = await run(config, { language: 'zh' });
  expect(result.html.endsWith('report.zh.html')).toBe(true);
  expect(result.missing.map(({ section }) => section)).toEqual(['site']);
  const page = readFileSync(result.html, 'utf8');
  expect(page.includes('looked at 50 patients')).toBe(true);
  const [, base64 = ''] = /src="data:image\/(?:webp|png);base64,([^"]+)"/.exec(page) ?? [];
  const { loadImage } = await import('@napi-rs/canvas');
  expect((await loadImage(Buffer.from(base64, 'base64'))).width).toBe(1000);
});

test('explanations of another network and an audit of other patients are left out, and why is said', async () => {
  const config = await studied();
  writeMadeUpExplanations(config, EXPLAINED, { checkpoint_sha256: '0'.repeat(64) });
  audited(config, '1'.repeat(64));
  const context = listening();
  const { missing } = await run(config, {}, context);
  expect(missing.find(({ section }) => section === 'explanations')?.reason).toContain('not one of those');
  expect(missing.find(({ section }) => section === 'leakage')?.reason).toContain('another split');
  expect(context.said.join('\n')).toMatch(/warning: .*explains a network that is not one/);
});

test('explanations and an audit of other thresholds than the evaluation has are left out, with the commands that make them', async () => {
  const config = await studied();
  const { best } = new RunFolder(config.experiment.output_dir, 'made_up_A');
  writeMadeUpExplanations(config, EXPLAINED, { checkpoint_sha256: hashFile(best) });
  audited(config, HASH, decisionsHash(config));
  const whole = await run(config);
  expect(whole.missing.map(({ section }) => section)).toEqual(['site']);

  config.evaluation.threshold_rule = 'fixed';
  const options = { config, modalities, runs: {}, frozen: null, networksOnly: false, outputDir: null };
  await evaluate(options, listening());
  const { missing } = await run(config);
  expect(missing.find(({ section }) => section === 'explanations')).toMatchObject({
    reason: expect.stringContaining('another threshold or aggregation than the evaluation'),
    command: expect.stringContaining('radweave explain --modality A'),
  });
  expect(missing.find(({ section }) => section === 'leakage')).toMatchObject({
    reason: expect.stringContaining('other scalers, thresholds and calibrators'),
    command: 'radweave audit',
  });
});

test('a summary that names other places than when it was evaluated is no other study', async () => {
  const config = await studied();
  const summary = join(config.data.splits_dir, 'summary.json');
  const text = readFileSync(summary, 'utf8');
  writeFileSync(summary, JSON.stringify({ ...JSON.parse(text), root_dir: '/moved' }));
  expect(existsSync((await run(config)).html)).toBe(true);
});

test('files that changed since the evaluation are refused, and nothing is written', async () => {
  const config = await studied();
  const predictions = join(config.experiment.output_dir, 'fusion', 'predictions_test.csv');
  writeFileSync(predictions, `${readFileSync(predictions, 'utf8')}\n`);
  await expect(run(config)).rejects.toThrow(/changed since .*predictions_test\.csv.*Run: radweave evaluate/);
  // Other numbers than those that the fusion wrote: what evaluate would say is said at once.
  writeFileSync(predictions, readFileSync(predictions, 'utf8').replaceAll(/,0\.\d+/g, ',0.5'));
  await expect(run(config)).rejects.toThrow(
    /changed since .*predictions_test\.csv.*Run radweave fuse again; then evaluate again: radweave evaluate/,
  );
  rmSync(join(config.experiment.output_dir, 'fusion', 'model.json'));
  await expect(run(config)).rejects.toThrow(/Run: radweave fuse --modalities A P; radweave evaluate$/);
  expect(existsSync(join(config.experiment.output_dir, 'report', 'report.html'))).toBe(false);
});

test('own split files: the report says that nobody knows how the patients were divided', async () => {
  const config = await studied((own) => writeOwnSplits(own, modalities, COHORT));
  audited(config, HASH);
  const english = readFileSync((await run(config)).html, 'utf8');
  expect(english).toContain('Patients in the split files: 50');
  expect(english).not.toContain('Patients found');
  expect(english).toContain('given by the researchers, not made by Radweave');
  expect(english).toContain('Home hospital: JM');
  expect(english).toContain('train_A.csv');
  expect(english).toContain('looked at 50 patients');
  expect(english).toMatch(/<figure[\s\S]*<svg[\s\S]*<table/);
  const chinese = readFileSync((await run(config, { language: 'zh' })).html, 'utf8');
  expect(chinese).toContain('划分文件中的患者：50 例');
  expect(chinese).toContain('患者的划分由研究者给定');
  const lone = join(config.data.splits_dir, 'cohort.csv');
  writeFileSync(lone, '');
  await expect(run(config)).rejects.toThrow(/summary\.json is missing beside this file/);
  rmSync(lone);
  const path = splitPath(config.data.splits_dir, 'test', 'P');
  const [header, first] = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, `${header}\n${first}\n`);
  await expect(run(config)).rejects.toThrow(
    /changed since .*test_P\.csv.*Fuse again: radweave fuse --modalities A P.*radweave evaluate$/,
  );
});

test('without an evaluation, or with a name that is no HTML, one error says what to do', async () => {
  const config = cohortConfig(tempDir());
  await expect(run(config)).rejects.toThrow(/no evaluation to report .*Run radweave evaluate first/);
  await expect(run(config, { output: 'report.pdf' })).rejects.toThrow(/does not end in \.html/);
});

onLinux('a PDF without a browser is refused before anything is read', async () => {
  vi.stubEnv('PATH', '');
  try {
    await expect(run(cohortConfig(tempDir()), { pdf: true })).rejects.toThrow(
      /none is installed.*leave --pdf out/,
    );
  } finally {
    vi.unstubAllEnvs();
  }
});
