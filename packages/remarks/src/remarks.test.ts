import { expect, test } from 'vitest';
import { CODES } from './en/index.ts';
import { EN } from './english.ts';
import type { Kind } from './entry.ts';
import type { Code, Remark } from './remark.ts';
import { asWritten, kindsOf, readRemark, remark, say, several, withLabelNames } from './say.ts';
import { ZH } from './zh/index.ts';

const LANGUAGES = [EN, ZH];

/** What a parameter is in this test, and what its sentence must hold in each language. */
const SAMPLES: Record<Kind, { value: unknown; shown: [en: string, zh: string] }> = {
  flag: { value: true, shown: ['', ''] },
  number: { value: 37, shown: ['37', '37'] },
  label: { value: 'Ⓗ', shown: ['Ⓗ', 'Ⓗ'] },
  text: { value: 'Ⓐ', shown: ['Ⓐ', 'Ⓐ'] },
  texts: { value: ['Ⓑ', 'Ⓒ'], shown: ['Ⓑ', 'Ⓒ'] },
  split: { value: 'val', shown: ['val', '验证集'] },
  splits: { value: ['train', 'test'], shown: ['test', '测试集'] },
  model: { value: 'network Ⓓ', shown: ['network Ⓓ', '网络 Ⓓ'] },
  aggregation: { value: 'top_k (3)', shown: ['top_k (3)', '前 3 个'] },
  test: { value: 'internal', shown: ['test', '测试'] },
  term: { value: 'net benefit', shown: ['net benefit', '净获益'] },
  fault: {
    value: { code: 'E_NPY', text: 'Ⓗ is no array' },
    shown: ['Ⓗ is no array', '文件不是可读取的 .npy 数组'],
  },
  remark: { value: asWritten('Ⓔ'), shown: ['Ⓔ', 'Ⓔ'] },
  remarks: { value: [asWritten('Ⓕ'), asWritten('Ⓖ')], shown: ['Ⓖ', 'Ⓖ'] },
};

/** Names alone are the same in both languages. */
const NAMES: readonly Code[] = ['as-written', 'version', 'recorded-step'];

test.each(Object.keys(CODES) as Code[])('%s is said in every language with all its parameters', (code) => {
  for (const flag of [true, false]) {
    const entries = Object.entries(kindsOf(code));
    const params = Object.fromEntries(
      entries.map(([name, kind]) => [name, kind === 'flag' ? flag : SAMPLES[kind].value]),
    );
    const one = { code, params, text: '' } as Remark;
    const texts = LANGUAGES.map((language) => say(one, language));
    for (const [i, text] of texts.entries()) {
      expect(text).not.toMatch(/undefined|NaN|null|\[object|[{}]|^$/);
      for (const [, kind] of entries) expect(text).toContain(SAMPLES[kind].shown[i]);
    }
    expect(texts[1]).not.toMatch(/(?:[A-Za-z’'-]{2,}[ ,;:()]+){3,}[A-Za-z’'-]{2,}/);
    expect(texts[0]).not.toMatch(/[一-鿿]/);
    if (!NAMES.includes(code) && code !== 'several') expect(texts[1]).not.toBe(texts[0]);
  }
});

const PLURALS =
  /(?<!×)\b1 (?:(?!bias|class|loss|series|less|is|has|was|lacks|uses|looks|shows|counts)[a-z]+s)\b/;

test.each(Object.keys(CODES) as Code[])('%s counts one thing in the singular', (code) => {
  const params = Object.fromEntries(
    Object.entries(kindsOf(code)).map(([name, kind]) => [name, kind === 'number' ? 1 : SAMPLES[kind].value]),
  );
  expect(say({ code, params, text: '' } as Remark, EN)).not.toMatch(PLURALS);
});

test('a remark calls classes by their names, in another remark too', () => {
  const inner = remark('of-class', { label: 1, reason: remark('none-predicted-positive') });
  const one = withLabelNames(remark('no-interval', { reason: inner }), ['benign', 'borderline']);
  expect([say(one, EN), say(one, ZH)]).toEqual([
    expect.stringContaining('label borderline: no patient is predicted positive'),
    expect.stringContaining('标签 borderline：无患者被预测为阳性'),
  ]);
  expect(one.text).toBe(say(one, EN));
  const fewest = withLabelNames(remark('few-for-folds', { label: 0, n: 1, folds: 3 }), ['1', '0']);
  expect(withLabelNames(fewest, ['2', '1']).text).toContain('label 1 has 1 patient');
});

test('three names are listed with commas and one "and"', () => {
  const said = (...modalities: string[]): string => remark('fusion-in-sample', { modalities }).text;
  expect(
    [said('A'), said('A', 'P'), said('A', 'P', 'V')].map((text) => / of (.*?),? which/.exec(text)?.[1]),
  ).toEqual(['A', 'A and P', 'A, P and V']);
});

test('a remark of a file is known again; of another version its text is shown', () => {
  const found = remark('audit-found', { what: remark('LEAK_FOLD'), n: 2, isAtLeast: false });
  const file = JSON.parse(JSON.stringify(found));
  expect(file.text).toBe('fold models have seen patients of their held-out fold (2 cases)');
  expect(file.params.what).toEqual({ code: 'LEAK_FOLD', params: {} });
  expect(readRemark(file)).toEqual(found);
  for (const other of [
    { ...file, code: 'of-the-future' },
    { ...file, code: 'toString' },
    { ...file, params: { ...file.params, n: '2' } },
    { ...file, params: { ...file.params, what: { ...file.params.what, code: 'of-the-future' } } },
    { ...file, params: { n: 2 } },
  ]) {
    expect(readRemark(other)).toEqual(asWritten(file.text));
  }
});

test('several remarks are said one after the other, each once', () => {
  const one = remark('audit-no-folds');
  expect(several([])).toBeNull();
  expect(several([null, one, one])).toBe(one);
  const both = several([one, remark('audit-one-modality')]);
  expect(both?.text).toBe('nothing was cross-validated or cross-fitted; there is one modality only');
  expect(both && say(both, ZH)).toBe('未做交叉验证或交叉拟合；只有一种模态');
});

test.each([
  [
    remark('audit-found', { what: remark('INFO_FUSION_IN_SAMPLE'), n: 2, isAtLeast: false }),
    '逻辑回归以样本内特征拟合；堆叠分类器以折外 logit 拟合（2 项）',
  ],
  [
    remark('audit-frozen', { n: 13, evaluated: 7, scalers: 2, thresholds: 4 }),
    '13 项冻结的决策（评估 7 项；fusion/model.json 中标准化参数 2 项、阈值 4 项）',
  ],
  [
    remark('audit-frozen', { n: 2, evaluated: 1, scalers: 1, thresholds: 0 }),
    '2 项冻结的决策（评估 1 项；fusion/model.json 中标准化参数 1 项）',
  ],
  [remark('audit-frozen', { n: 3, evaluated: 3, scalers: 0, thresholds: 0 }), '3 项冻结的决策（评估 3 项）'],
  [
    remark('data-lost', {
      hospital: 'DU',
      n: 3,
      total: 43,
      modalities: ['A', 'P'],
      labels: [
        remark('data-count', { what: 'grade0', n: 1 }),
        remark('data-count', { what: 'grade1', n: 2 }),
      ],
    }),
    'DU：43 例患者中有 3 例缺少 A、P，未纳入（grade0：1、grade1：2）',
  ],
  [
    remark('no-interval', {
      reason: remark('few-of-class', { what: 'the DeLong interval', least: 2, positives: 1, negatives: 2 }),
    }),
    '无置信区间：DeLong 置信区间要求每个标签至少 2 例患者（阳性 1 例，阴性 2 例）',
  ],
  [
    remark('of-class', { label: 2, reason: remark('only-negative', { n: 7, what: 'calibration' }) }),
    '标签 2：仅有阴性患者（n = 7）：校准需要两种标签的患者',
  ],
  [remark('no-patients-for', { what: 'the Brier score' }), '无患者：Brier 分数无法计算'],
  [
    remark('threshold-taken-over', { n: 30, hospitals: ['JM', 'KK'], splits: ['val'], isPartlyHere: true }),
    '阈值沿用先前的评估，当时由 JM、KK 的 30 例患者（验证集）选定，其中可能有部分为这些患者',
  ],
  [remark('frozen-platt', { slope: 1.1, intercept: -0.2 }), 'Platt 校准：斜率 1.1000，截距 -0.2000'],
  [remark('audit-fold-models', { n: 6, records: 1 }), '6 个折网络，1 份 logit 记录'],
  [remark('audit-fold-models', { n: 0, records: 2 }), '仅检查了 2 份 logit 记录：各折网络均已不存在'],
])('%j in Chinese', (one, chinese) => {
  expect(say(one, ZH)).toBe(chinese);
});

test('frozen decisions of no kind are not counted', () => {
  const text = (scalers: number, thresholds: number): string =>
    remark('audit-frozen', { n: 9, evaluated: 3, scalers, thresholds }).text;
  expect(text(3, 3)).toBe(
    '9 frozen decisions (3 of the evaluation; 3 scalers and 3 thresholds of fusion/model.json)',
  );
  expect(text(1, 0)).toMatch(/evaluation; 1 scaler of fusion/);
  expect(text(0, 0)).toMatch(/\(3 of the evaluation\)$/);
});
