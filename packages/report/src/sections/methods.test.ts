import { expect, test } from 'vitest';
import { ReportContext } from '../context.ts';
import type { ReportData, SiteAudit } from '../data.ts';
import { textOf } from '../testing/read-page.ts';
import { study } from '../testing/study.ts';
import { WORDS } from '../words/index.ts';
import { SECTION_WRITERS } from './index.ts';

const languages = [WORDS.en, WORDS.zh] as const;

const methods = async (data: ReportData, words: (typeof languages)[number]): Promise<string> =>
  textOf((await SECTION_WRITERS.methods(new ReportContext(data, words))).text);

/** Who the external test set is, in both languages. */
async function testedIn(data: ReportData): Promise<(string | undefined)[]> {
  const [en = '', zh = ''] = await Promise.all(languages.map((words) => methods(data, words)));
  return [/The \d+ patients of .*? formed/.exec(en)?.[0], /[^。]*构成外部测试集/.exec(zh)?.[0].trim()];
}

test('the methods tell which patients of the external hospitals were tested', async () => {
  const whole = study();
  const [alone, lacking] = [study(), study()];
  alone.modalities = ['A'];
  Object.assign(lacking.cohort.find(({ split }) => split === 'test')?.slices ?? {}, { P: 0 });
  const told = await Promise.all([whole, alone, lacking].map((data) => testedIn(data)));
  const { length: n } = whole.cohort.filter(({ split }) => split === 'test');
  expect(told).toEqual([
    [
      `The ${n} patients of SY and 中山 with all modalities formed`,
      `SY、中山 中具有全部模态的 ${n} 例患者构成外部测试集`,
    ],
    [
      `The ${n} patients of SY and 中山 with images formed`,
      `SY、中山 中具有图像的 ${n} 例患者构成外部测试集`,
    ],
    [
      `The ${n} patients of SY and 中山 with at least one modality formed`,
      `SY、中山 中至少具有一种模态的 ${n} 例患者构成外部测试集`,
    ],
  ]);
});

test('the methods tell the training share that was asked for, and the one that came out where that cannot be', async () => {
  const data = study();
  const told = async (trainShare: number) => {
    if (data.division !== null) data.division.drawn = { trainShare, seed: 42 };
    const [en = '', zh = ''] = await Promise.all(languages.map((words) => methods(data, words)));
    return [/training share [^)]*/.exec(en)?.[0], /训练比例为 [^；。]*/.exec(zh)?.[0]];
  };
  expect(await told(0.6)).toEqual(['training share 60 %', '训练比例为 60 %']);
  expect(await told(0.999)).toEqual([
    'training share 60 % instead of the 99.9 % requested',
    '训练比例为 60 %（设定为 99.9 %）',
  ]);
});

test('the methods tell of sets that a table gave as such, without seed and share', async () => {
  const data = study();
  if (data.division !== null) data.division.drawn = null;
  const [en, zh] = await Promise.all(languages.map((words) => methods(data, words)));
  expect(en).toContain(
    'A table of the researchers said which patients were in which set: patients of JM were in',
  );
  expect(en).not.toMatch(/at random|training share/);
  expect(zh).toContain('各患者所属数据集由研究者的表格给定：JM 的患者分属训练集');
  expect(zh).not.toMatch(/分层随机|训练比例/);
});

test('methods speak of harmonised features where a number is of them', async () => {
  const data = study();
  if (!('value' in data.siteAudit)) throw new Error('no site audit');
  const said = (rows: SiteAudit['rows']): Promise<string> =>
    methods({ ...data, siteAudit: { value: { rows, level: 0.95, notes: [] } } }, WORDS.en);
  const { rows } = data.siteAudit.value;
  expect(await said(rows)).toContain('before and after reference-batch ComBat');
  const without = rows.map((row) => (row.features === 'harmonised' ? { ...row, auc: null } : row));
  expect(await said(without)).toContain('by how well features predict the hospital.');
});
