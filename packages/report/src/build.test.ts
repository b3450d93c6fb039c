import { LANGUAGES } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import type { ReportData } from './data.ts';
import { section, textOf } from './testing/read-page.ts';
import { bareStudy, study } from './testing/study.ts';
import { WORDS } from './words/index.ts';
import { SECTIONS, type SectionId } from './words/words.ts';

const HOSTILE = `"'><img src=x onerror="window.hacked=1"></textarea></svg><script>window.hacked=1</script>&amp;<!--`;

/** Where a value was written that nobody meant to write. */
function brokenText(page: string): string[] {
  const [withoutScript = ''] = page.split('<script>');
  return withoutScript.match(/.{0,80}(?:undefined|NaN|\[object).{0,20}/g) ?? [];
}

test('whatever stands in IDs, hospitals, runs and notes is text and never markup', async () => {
  const page = await buildReport(study({ hostile: HOSTILE }), 'en');
  // In attributes and text alike, no tag of the data may begin.
  expect(page.includes('<img src=x')).toBe(false);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page.includes('<!--')).toBe(false);
  expect(page.match(/&lt;script&gt;window\.hacked/g)?.length).toBeGreaterThan(20);
  for (const id of ['flow', 'explanations', 'site', 'leakage', 'configuration', 'files'] as const) {
    expect(textOf(section(page, id))).toContain(HOSTILE);
  }
});

test.each(LANGUAGES)('every part that was not made says so and names its command (%s)', async (language) => {
  const words = WORDS[language];
  const page = await buildReport(bareStudy(), language);
  const sentence = words.notMade('radweave nothing', 'made without');
  for (const id of ['maps', 'explanations', 'site', 'leakage'] as const) {
    expect(textOf(section(page, id))).toContain(sentence);
  }
  const none: [SectionId, string][] = [
    ['training', words.training.none],
    ['comparisons', words.comparisons.none],
    ['calibration', words.calibration.none],
    ['decision', words.decision.none],
    ['roc', words.nothingOf('test', ['grade0', 'grade1'])],
    ['roc', words.nothingOf('val', ['grade0', 'grade1'])],
  ];
  for (const [id, text] of none) expect(textOf(section(page, id))).toContain(text);
  const gone = { ...study(), galleries: withoutPatients(study()) };
  expect(textOf(section(await buildReport(gone, language), 'explanations'))).toContain(
    words.explanations.none,
  );
  expect(textOf(section(await buildReport(study(), language), 'explanations'))).toContain(
    words.explanations.noImage('2.png', 'A'),
  );
});

function withoutPatients({ galleries }: ReportData): ReportData['galleries'] {
  if ('missing' in galleries) return galleries;
  const value = galleries.value.map((one) => ({
    ...one,
    explanations: { ...one.explanations, patients: [] },
  }));
  return { value };
}

test.each(LANGUAGES)(
  'all sections are there, with a title each, in the order of the contents (%s)',
  async (language) => {
    const page = await buildReport(study(), language);
    expect([...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)).toEqual(SECTIONS);
    expect([...page.matchAll(/<li><a href="#(\w+)"/g)].map(([, id]) => id)).toEqual(SECTIONS);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(brokenText(page)).toEqual([]);
  },
);

test('a hospital with one label has n/a and the reason, and no point in the forest plot', async () => {
  const page = await buildReport(study({ external: { SY: [0, 1, 0, 1], ZS: [1, 1, 1] } }), 'en');
  expect(textOf(section(page, 'summary'))).toContain(
    'external test: ZS AUC n/a only positive patients (n = 3)',
  );
  const forest = section(page, 'hospitals');
  expect(forest.match(/aria-label="Forest plot[^"]*"/)?.[0]).toContain('ZS (n = 3, 3 positive), fused: n/a');
  // Validation, SY and both together, but not ZS, of three models.
  const points = forest.match(/<g class="mark-symbol role-mark[^>]*>.*?<\/g>/g) ?? [];
  expect(points.join().match(/<path/g)).toHaveLength(9);
  expect(textOf(section(page, 'results'))).toContain('AUC needs both labels');
});

test('without an external hospital the page says so and is still whole', async () => {
  const page = await buildReport(study({ external: {} }), 'en');
  expect(textOf(section(page, 'flow'))).toContain('No external hospital');
  const methods = textOf(section(page, 'methods'));
  expect(methods).toContain('There was no external hospital.');
  expect(methods).not.toContain('external patients');
  const cards = section(page, 'summary').match(/<div class="card"><h3>[^<]*/g);
  expect(cards).toEqual(['<div class="card"><h3>validation']);
  for (const id of ['roc', 'hospitals', 'results', 'confusion', 'calibration', 'decision'] as const) {
    const text = textOf(section(page, id));
    expect(text).toContain('There is no external hospital.');
    expect(text).not.toMatch(/External test|external test|do not have two/);
  }
  expect(textOf(section(page, 'comparisons'))).not.toContain('external test');
  expect(brokenText(page)).toEqual([]);
});

test('the summary begins with what was found; an older evaluation says how to get it', async () => {
  const one = study();
  const summary = textOf(section(await buildReport(one, 'en'), 'summary'));
  expect(summary).toMatch(/^.{0,120}What was found better than chance outside the home hospital/);
  expect(summary.indexOf('no model is shown to be better')).toBeLessThan(summary.indexOf('AUC 0.75 95 % CI'));
  const old = {
    ...one,
    evaluation: { ...one.evaluation, format: 1 as const, findings: [], heterogeneity: [] },
  };
  expect(textOf(section(await buildReport(old, 'en'), 'summary'))).toContain('again with: radweave evaluate');
});

test.each(LANGUAGES)(
  'of made-up patients the first page says so, of real ones never (%s)',
  async (language) => {
    const { synthetic } = WORDS[language].summary;
    const told = async (made: string[]): Promise<string> => {
      const data = study();
      const division = data.division === null ? null : { ...data.division, synthetic: made };
      return textOf(section(await buildReport({ ...data, division }, language), 'summary'));
    };
    const hospitals = [...new Set(study().cohort.map(({ hospital }) => hospital))];
    expect(await told(hospitals)).toContain(synthetic(null));
    const [first = ''] = hospitals;
    expect(await told([first])).toContain(synthetic([first]));
    const word = language === 'en' ? 'synthetic' : '合成数据';
    expect(synthetic(null)).toContain(word);
    expect(await told([])).not.toContain(word);
  },
);

test.each([
  ['en', /favour the model named first in the row/, 'Network trained on these patients'],
  ['zh', /支持该行中排在前面的模型/, WORDS.zh.column.inSample],
] as const)(
  'captions and names of columns say what the numbers are (%s)',
  async (language, caption, column) => {
    const page = await buildReport(study(), language);
    const compared = textOf(section(page, 'comparisons'));
    expect(compared).toMatch(/(fused|融合) − A /);
    expect(compared).toMatch(caption);
    const results = textOf(section(page, 'results'));
    expect(results).toContain(column);
    expect(results).not.toContain('In-sample features');
  },
);

test('a row names the difference it shows, and nobody is compared on the training patients', async () => {
  const text = textOf(section(await buildReport(study(), 'en'), 'comparisons'));
  // The evaluation has fused minus A.
  expect(text).toContain('fused − A a external test all 21 −0.100 (−0.300, −0.020)');
  expect(text).not.toMatch(/second|training/);
});

test.each(LANGUAGES)(
  'the Methods say of the training results what the tables show (%s)',
  async (language) => {
    const { results, splits } = WORDS[language];
    const listed =
      language === 'en' ? 'results on the training set are listed' : '训练集结果仅用于显示过拟合';
    const found = async (data: ReportData): Promise<boolean[]> => {
      const page = await buildReport(data, language);
      const [methods, tables] = [textOf(section(page, 'methods')), textOf(section(page, 'results'))];
      expect(methods).not.toMatch(/not shown|未列出|不列出/);
      return [methods.includes(listed), tables.includes(results.title.discrimination(splits.train))];
    };
    expect(await found(study())).toEqual([true, true]);
    const { fusion } = study();
    if ('missing' in fusion) throw new Error('the study has no fusion');
    const modalities = fusion.value.modalities.map((one) => ({ ...one, in_sample: false }));
    const other = { ...study(), fusion: { value: { ...fusion.value, modalities } } };
    expect(await found(other)).toEqual([false, true]);
  },
);

test('hospitals are compared beside the forest plot, average precision beside the prevalence', async () => {
  const page = await buildReport(study(), 'en');
  expect(textOf(section(page, 'hospitals'))).toContain(
    'fused SY, 中山 0.75 (0.60–0.90) 0.70 (0.55–0.85) 4.90 0.027 80 %',
  );
  // 10 of 21 external patients are positive.
  expect(textOf(section(page, 'results'))).toContain('0.75 (0.60–0.90) 0.48 0.20 ');
  expect(textOf(section(await buildReport(study({ external: {} }), 'en'), 'hospitals'))).not.toContain(
    'Cochran',
  );
});

test('methods and references tell of those tests alone that gave a number', async () => {
  const one = study();
  const told = async (): Promise<string> => {
    const page = await buildReport(one, 'en');
    return textOf(section(page, 'methods')) + textOf(section(page, 'references'));
  };
  const all = await told();
  expect(all).toContain(
    'compared by DeLong’s test for paired curves with Holm’s correction, continuous net reclassification improvement and integrated discrimination improvement. Their differences have normal intervals. Whether AUCs differ between external hospitals was tested by Cochran’s Q. AUCs within hospitals',
  );
  // No model of this study has one of these.
  expect(all).not.toContain('McNemar');
  expect(all).toContain('Li L, Jamieson K');
  one.searches = [];
  expect(await told()).not.toContain('Li L, Jamieson K');
  for (const row of one.evaluation.heterogeneity) Object.assign(row, { q: null, p: null, i2: null });
  for (const row of one.evaluation.comparisons) Object.assign(row, { delong_p: null, delong_p_holm: null });
  const few = await told();
  expect(few).toContain('compared by continuous net reclassification improvement and integrated');
  expect(few).toContain('AUCs within hospitals compare only patients of the same hospital.');
  for (const name of ['Cochran', 'Higgins', 'paired curves', 'Holm']) expect(few).not.toContain(name);
  const chinese = textOf(section(await buildReport(one, 'zh'), 'methods'));
  expect(chinese).toContain(
    '模型间采用连续型净重分类改善、综合判别改善进行比较。差值附正态近似区间。医院内 AUC',
  );
});

test('limits that are one number are no interval, and the note says why', async () => {
  const one = study();
  for (const row of one.evaluation.rows) {
    row.auc = { value: 1, lower: 1, upper: 1, note: remark('auc-exact', { value: 1 }) };
    row.brier = { value: 0.93, lower: 0.93, upper: 0.93 };
  }
  const page = await buildReport(one, 'en');
  expect(textOf(page)).not.toMatch(/1\.00–1\.00|0\.93–0\.93/);
  expect(textOf(section(page, 'summary'))).toContain('AUC 1.00 the AUC is exactly 1');
});

test('where a modality has two models, a note tells them apart: in the summary and beside the tables', async () => {
  const note =
    '“A” is the logistic regression on the extracted features of A alone; “network A” is the network of A';
  const page = await buildReport(study(), 'en');
  for (const id of ['summary', 'hospitals', 'results'] as const) {
    expect(textOf(section(page, id))).toContain(note);
  }
  const one = study();
  one.evaluation.models = one.evaluation.models.filter(({ kind }) => kind !== 'network');
  const alone = textOf(await buildReport(one, 'en'));
  expect(alone).toContain('“A” is the logistic regression on the extracted features of A alone.');
  expect(alone).not.toContain('with its own last layer');
});

test('training curves say why the tables show other numbers, and how many batches the kept weights saw', async () => {
  const one = study();
  // 18 patients of 5 to 8 slices, in batches of 64, two epochs.
  expect(textOf(section(await buildReport(one, 'en'), 'training'))).toContain('were kept, after 4 batches.');
  expect(textOf(section(await buildReport(one, 'zh'), 'training'))).toContain('权重被保留（共经历 4 批）');
});

test.each([
  [
    'a network without batch norm',
    { batchNorm: false },
    ['on augmented slices.'],
    ['own mean', '50 batches'],
  ],
  [
    'no augmentation',
    { augmentation: { enabled: false } },
    ['learns, with each batch’s own mean'],
    ['augmented'],
  ],
  [
    'augmentation that is on and changes nothing',
    { augmentation: { horizontal_flip: false, rotation_degrees: 0 } },
    ['learns, with each batch’s own mean'],
    ['augmented'],
  ],
  ['frozen stages', { frozenStages: 3 }, ['in its batch norms that are not frozen (if any)'], []],
])(
  'the caption of training curves is true of %s',
  async (_, {
    augmentation,
    ...changed
  }: { augmentation?: object; batchNorm?: boolean; frozenStages?: number }, has, lacks) => {
    const one = study();
    for (const run of one.runs) {
      if (run.settings === null) throw new Error('no settings');
      Object.assign(run.settings, changed);
      Object.assign(run.settings.augmentation, augmentation);
    }
    const shown = textOf(section(await buildReport(one, 'en'), 'training'));
    for (const text of has) expect(shown).toContain(text);
    for (const text of lacks) expect(shown).not.toContain(text);
    const chinese = textOf(section(await buildReport(one, 'zh'), 'training'));
    expect(chinese.includes('批归一化')).toBe(changed.batchNorm !== false);
    expect(chinese.includes('增强')).toBe(augmentation === undefined);
  },
);

test('the same study always gives the same page', async () => {
  const first = await buildReport(study(), 'zh');
  expect((await buildReport(study(), 'zh')) === first).toBe(true);
});
