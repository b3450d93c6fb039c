// Of one hospital, or one modality, nothing is said or drawn that compares several.

import { LANGUAGES } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import type { ReportData } from './data.ts';
import { section, textOf } from './testing/read-page.ts';
import { bareStudy, study } from './testing/study.ts';
import { WORDS } from './words/index.ts';

/** Only the home hospital, and nothing odd. */
function atHome(modalities: readonly string[]): ReportData {
  const data = study({ external: {} });
  const { oddities } = data.division ?? expect.unreachable();
  const brightness = (oddities?.brightness ?? []).filter(({ hospital }) => hospital === 'JM');
  Object.assign(data.division ?? {}, { oddities: { warnings: [], brightness } });
  const rows = 'value' in data.siteAudit ? data.siteAudit.value.rows : [];
  for (const row of rows) Object.assign(row, { auc: null, auc_p: null });
  return { ...data, modalities: [...modalities], runs: data.runs.slice(0, modalities.length) };
}

test.each(LANGUAGES)(
  'of one hospital nothing is drawn or tested between hospitals (%s)',
  async (language) => {
    const words = WORDS[language];
    const hasComparison = async (data: ReportData): Promise<boolean[]> => {
      const page = await buildReport(data, language);
      const text = textOf(page);
      return [
        text.includes(words.characteristics.pHospitals),
        text.includes(words.data.caption),
        text.includes(words.maps.title('t-SNE', words.maps.fused, 'hospital')),
        text.includes(words.maps.title('UMAP', words.maps.fused, 'hospital')),
        /Site effects were measured|中心效应以特征/.test(text),
      ];
    };
    expect(await hasComparison(study())).toEqual(Array(5).fill(true));
    expect(await hasComparison(atHome(['A', 'P']))).toEqual(Array(5).fill(false));
  },
);

test.each(LANGUAGES)('that nothing odd was found speaks of what there is (%s)', async (language) => {
  const { none } = WORDS[language].data;
  const text = textOf(await buildReport(atHome(['A']), language));
  expect(text).toContain(none(false, false));
  expect(none(false, false)).not.toMatch(/modality|hospital|模态|医院/);
  expect(none(true, false)).toMatch(/modality|模态/);
  expect(none(false, true)).toMatch(/hospital|医院/);
});

/** A study of one modality, without what the examples of remarks say of a fusion. */
function ofOneModality(): ReportData {
  const { leakage, maps } = bareStudy();
  const one = { ...study(), modalities: ['A'], environment: [], leakage, maps };
  const { evaluation, fusion } = one;
  if ('value' in fusion) fusion.value.modalities.splice(1);
  const own = evaluation.models.filter(({ name }) => name !== 'A');
  for (const model of own) model.modalities = ['A'];
  const isOwn = ({ model }: { model: string }): boolean => model !== 'A';
  const [rows, curves] = [evaluation.rows.filter(isOwn), evaluation.curves.filter(isOwn)];
  return { ...one, evaluation: { ...evaluation, models: own, rows, curves } };
}

test.each([
  [
    'en',
    '“A” is the logistic regression on the extracted features of A, which the files call fused;',
    'Primary model: A',
  ],
  ['zh', '“A”指以模态 A 的提取特征拟合的逻辑回归（文件中称为 fused）；“网络 A”指', '主要模型：A'],
] as const)(
  'of one modality nothing is called fused, and both models are defined (%s)',
  async (language, note, primary) => {
    const text = textOf(await buildReport(ofOneModality(), language));
    expect(text).toContain(note);
    expect(text).toContain(primary);
    expect(text.replaceAll(note, '')).not.toMatch(/\bfused\b|融合/);
    expect(textOf(await buildReport(study(), language))).toMatch(/Primary model: fused|主要模型：融合/);
  },
);

test.each(LANGUAGES)('titles speak of hospitals where there are several (%s)', async (language) => {
  const words = WORDS[language];
  const stands = async (data: ReportData, many: boolean): Promise<boolean[]> => {
    const text = textOf(await buildReport(data, language));
    const parts = [words.characteristics, words.clinical, words.hospitals];
    return parts.map(({ title }) => text.includes(words.titled('', title(many, false)).replace(/\s/gu, ' ')));
  };
  const all = [true, true, true];
  const two = study({ external: { SY: [0, 1, 0, 1] } });
  expect(await stands(two, true)).toEqual(all);
  expect(await stands(atHome(['A', 'P']), false)).toEqual(all);
  expect(await stands(atHome(['A', 'P']), true)).toEqual([false, false, false]);
});

test.each(LANGUAGES)(
  'a hospital without positive patients has no decision curve, and the page says why (%s)',
  async (language) => {
    const words = WORDS[language];
    const page = await buildReport(study({ external: { SY: [0, 0, 0] } }), language);
    const told = textOf(section(page, 'decision'));
    expect(told).toContain(words.decision.title(words.splits.val));
    expect(told).not.toContain(words.decision.title(words.splits.test));
    expect(told).toContain(
      language === 'en' ? 'All external test patients have the same label, grade0,' : '患者标签均为 grade0',
    );
  },
);

test.each(LANGUAGES)('of one network and one hospital explained, words are of one (%s)', async (language) => {
  const text = textOf(await buildReport(study({ external: { SY: [0, 1, 0, 1] } }), language));
  expect(text).not.toMatch(
    /Networks were explained|“Most confident” are the patients of each|“最有把握”指各医院/,
  );
  const several = study();
  const galleries = 'value' in several.galleries ? several.galleries.value : [];
  several.galleries = { value: [...galleries, ...galleries] };
  expect(textOf(await buildReport(several, language))).toMatch(/Networks were explained|解释网络/);
});

test('two networks of a modality are told apart by their runs', async () => {
  const data = study();
  const [first] = data.runs;
  if (first === undefined || first.settings === null) expect.unreachable();
  const settings = { ...first.settings, seed: 7 };
  data.runs = [...data.runs, { ...first, name: 'A_again', settings }];
  const english = textOf(await buildReport(data, 'en'));
  expect(english).toContain(`Networks were trained: resnet18 on A (${first.name}) for `);
  expect(english).toMatch(/; resnet18 on A \(A_again\) for .* A \(A_again\): Training began/);
  expect(english).not.toContain('for each modality: resnet18');
  const chinese = textOf(await buildReport(data, 'zh'));
  expect(chinese).toContain(`训练的网络：A (${first.name}) 采用`);
  expect(chinese).not.toContain('每种模态训练一个网络');
});

test('of one modality the methods tell of one network', async () => {
  const methods = async (data: ReportData): Promise<string> => textOf(await buildReport(data, 'en'));
  expect(await methods(atHome(['A']))).toContain('One network was trained: resnet18 on A');
  expect(await methods(study())).toContain('One network was trained for each modality: resnet18 on A');
  const chinese = async (data: ReportData): Promise<string> => textOf(await buildReport(data, 'zh'));
  expect(await chinese(atHome(['A']))).toContain('训练一个网络：A 采用');
  expect(await chinese(atHome(['A']))).not.toContain('每种模态训练');
  expect(await chinese(study())).toContain('每种模态训练一个网络：A 采用');
});

test('the step of fuse is called by what it fits, also of one modality', async () => {
  const data = ofOneModality();
  data.environment = [
    [remark('recorded-step', { step: 'fuse', modality: '' }), remark('versions', { parts: [] })],
  ];
  expect(textOf(section(await buildReport(data, 'zh'), 'environment'))).toContain('特征的分类器');
});

test('of one modality the methods tell that its one network had seen the training patients', async () => {
  const methods = async (data: ReportData): Promise<string> =>
    textOf(section(await buildReport(data, 'en'), 'methods'));
  expect(await methods(ofOneModality())).toContain('come from the network that had seen these patients');
  expect(await methods(study())).toContain('come from networks that had seen these patients');
});

test.each(LANGUAGES)('of one modality no section tells how models were combined (%s)', async (language) => {
  const { checklist } = WORDS[language];
  const [, , item] = checklist.claim.slice(24);
  const told = async (data: ReportData): Promise<string> =>
    textOf(section(await buildReport(data, language), 'checklist')).split(item?.text ?? '')[1] ?? '';
  expect(await told(ofOneModality())).toMatch(new RegExp(`^\\s*${checklist.author}`));
  expect(await told(study())).not.toMatch(new RegExp(`^\\s*${checklist.author}`));
});
