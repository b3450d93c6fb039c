import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import { bareStudy, study } from './testing/study.ts';
import { translatedToChinese } from './words/remarks-zh.ts';

/** Four words or more, each of two letters or more: a name or a term is shorter. */
const ENGLISH = /(?:[A-Za-z][A-Za-z’'-]+[ ,;:()]+){3,}[A-Za-z][A-Za-z’'-]+/g;

/** What is not to be translated: commands, files, hashes, and what hospitals and runs are called. */
function withoutCode(text: string): string {
  return text
    .replace(/radweave \w+( --\w+( [A-Z…]+)?)*/g, '…')
    .replace(/\S*[/\\_=]\S*|\S+\.(csv|json|png|pth)\b/g, '…')
    .replace(/\b[0-9a-f]{64}\b/g, '…');
}

/** Everything a reader sees or hears: text, and what stands for pictures; not sources, code and chart markup. */
function shown(page: string): string[] {
  const body = page
    .replace(/<(style|script|pre)\b[\s\S]*?<\/\1>/g, '')
    .replace(/<section id="references"[\s\S]*?<\/section>/, '');
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  const spoken = body.replace(/<svg[\s\S]*?<\/svg>/g, '').matchAll(/ (?:alt|aria-label)="([^"]*)"/g);
  const texts = [...body.split(/<[^>]*>/), ...Array.from(spoken, ([, text = '']) => text)];
  return texts.map((text) =>
    text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '').trim(),
  );
}

const english = (texts: readonly string[]): string[] =>
  texts.filter((text) => withoutCode(text).match(ENGLISH) !== null);

test('a Chinese report has no English sentence', async () => {
  const one = study({ external: { SY: [0, 1, 0, 1], ZS: [1, 1, 1] } });
  const pages = [
    await buildReport(one, 'zh'),
    await buildReport(bareStudy(), 'zh').then((page) => page.replaceAll('made without', '')),
    await buildReport(study({ classes: 3 }), 'zh'),
  ];
  expect(pages.flatMap((page) => english(shown(page)))).toEqual([]);
  // The same look at the English report finds plenty.
  expect(english(shown(await buildReport(one, 'en'))).length).toBeGreaterThan(100);
});

test('between Chinese words stands no half-width comma, colon or semicolon', async () => {
  const pages = [await buildReport(study(), 'zh'), await buildReport(study({ classes: 3 }), 'zh')];
  const half = /.{0,12}(?:[一-鿿] ?[,;:]|[,;:] ?[一-鿿]).{0,12}/g;
  const found = pages.flatMap((page) => shown(page).flatMap((text) => text.match(half) ?? []));
  // Lists of hospitals are names, whatever their script.
  expect(found.filter((text) => !text.includes('中山'))).toEqual([]);
});

test('terms are those of the field, also inside what came ready-made', async () => {
  const page = (await buildReport(study({ external: { ZS: [1, 1, 1] } }), 'zh')).replace(/<[^>]*>/g, ' ');
  for (const text of [
    '仅有阳性患者（n = 3）：AUC 需要两类患者',
    '样本内：A、P 的网络以这些患者训练，结果过于乐观，不宜报告，请使用交叉拟合',
    'Youden 指数最大：0.4000',
    '前 3 个最高概率的均值（网络 A）',
    '跨数据集的患者',
    'ZS 未校正：A：9 例患者：估计一家医院的位置与尺度参数至少需要 10 例；P：9 例患者',
  ]) {
    expect(page).toContain(text);
  }
});

test.each([
  [
    'no interval: the DeLong interval needs at least 2 patients of each class (1 positive, 2 negative)',
    '无置信区间：DeLong 置信区间要求每类至少 2 例患者（阳性 1 例，阴性 2 例）',
  ],
  ['McNemar: both models classify the same patients correctly', 'McNemar 检验：两个模型正确分类的患者相同'],
  [
    'class 2: only negative patients (n = 7): calibration needs both classes',
    '类别 2：仅有阴性患者（n = 7）：校准需要两类患者',
  ],
  [
    'the threshold is 0.5, not chosen: only positive patients (n = 4): the Youden threshold needs both classes',
    '阈值取 0.5，未经选择：仅有阳性患者（n = 4）：Youden 阈值需要两类患者',
  ],
  ['no patients: the Brier score cannot be computed', '无患者：无法计算 Brier 分数'],
  [
    'there are no patients in val; the threshold was chosen on these patients',
    '验证集中无患者；阈值由这些患者选定',
  ],
  [
    'SY has 9 training patients in a fold: harmonising inside the folds needs at least 10',
    'SY 在某一折中仅有 9 例训练患者：折内校正至少需要 10 例',
  ],
  [
    "the fusion of A, P; the classifier 'fused' was fitted on in-sample features; 'stacked' was fitted on out-of-fold logits (2 cases)",
    'A、P 的融合；融合分类器以样本内特征拟合；堆叠分类器以折外 logit 拟合（2 项）',
  ],
  [
    'the threshold was taken over from an earlier evaluation, which chose it on 30 patients of JM and KK (val), perhaps some of these; there is no external hospital',
    '阈值沿用先前的评估，当时由 JM、KK 的 30 例患者（验证集）选定，其中可能有部分为这些患者；无外部医院',
  ],
  [
    '13 frozen decisions (7 of the evaluation, 6 of the fusion: scalers and thresholds)',
    '13 项冻结的决策（评估 7 项；融合 6 项，即标准化参数与阈值）',
  ],
  [
    'resnet18, libtorch 2.11.0, cpu capability AVX512, threads 16, gpu NVIDIA H100, compute capability 9.0, gpu memory 79.2 GiB, gpu driver 580.95.05 (CUDA 13.0), cuda 13.0',
    'resnet18, libtorch 2.11.0，CPU 指令集 AVX512，线程数 16，GPU NVIDIA H100，计算能力 9.0，显存 79.2 GiB，驱动 580.95.05 (CUDA 13.0)，CUDA 13.0',
  ],
  ['precision of train A (A_1)', '训练 A（A_1）的计算精度'],
  [
    'fp32-winograd: measured here on 2026-11-27 in steps of 16 slices: bf16 12.5, fp32-winograd 12.3, fp32 7.70 slices/s; nearly as fast as the fastest, and more exact',
    'fp32-winograd：2026-11-27 在训练所用机器上以每步 16 张切片实测：bf16 12.5, fp32-winograd 12.3, fp32 7.70 张/秒；与最快者速度相近，且更精确',
  ],
  [
    'bf16: a GPU of compute capability 9.0 computes bfloat16 natively',
    'bf16：计算能力 9.0 的 GPU 原生支持 bfloat16',
  ],
  [
    'fp16: a GPU of compute capability 7.5 computes float16 natively, bfloat16 not; nobody has tried Radweave on such a card',
    'fp16：计算能力 7.5 的 GPU 原生支持 float16，不原生支持 bfloat16；Radweave 尚未在这类显卡上试用过',
  ],
  [
    'fp32: fp16 as asked, but on a CPU that needs libtorch 2.3 or newer',
    'fp32：设置为 fp16，但在 CPU 上需要 libtorch 2.3 或更新版本',
  ],
  [
    'bf16: as asked, but a GPU of compute capability 7.5 has no units for it: fp32 is more exact and may be faster',
    'bf16：按设置；但计算能力 7.5 的 GPU 无相应运算单元，fp32 更精确，也可能更快',
  ],
  ['6 fold models, 1 record of logits', '6 个折网络，1 份 logit 记录'],
  ['platt: slope 1.1000, intercept −0.2000', 'Platt 校准：斜率 1.1000，截距 −0.2000'],
])('%s', (remark, chinese) => {
  expect(translatedToChinese(remark)).toBe(chinese);
});

test('of a finding nothing stays English but names of models, labels and statistics', async () => {
  const kept = /\b(AUC|Cochran|grade\d|SY|ZS|XX|A|P|Q|p|n|I)\b/g;
  for (const finding of study().evaluation.findings) {
    const chinese = translatedToChinese(finding);
    expect(chinese).toMatch(/[一-鿿]/);
    expect(chinese.replace(kept, '')).not.toMatch(/[A-Za-z]/);
    expect(chinese).not.toMatch(/network|fused|stacked/);
  }
});

test('a remark that nobody translated stays, beside those that are', () => {
  expect(translatedToChinese('something new; no patients')).toBe('something new；无患者');
  expect(translatedToChinese('something; new: A')).toBe('something; new: A');
  expect(translatedToChinese('')).toBe('');
});

test.each([
  'no interval: all resamples of the patients give the same value',
  'no interval: its limits are the same number, which says nothing of the uncertainty',
  'DU: 1 of 43 patients lacks P and is left out (grade0: 1); folders that some of them have: T1',
])('a remark whose words are known is translated whole: %s', (remark) => {
  expect(english([translatedToChinese(remark)])).toEqual([]);
});

test('lists, brackets and titles are set as Chinese sets them', async () => {
  const page = (await buildReport(study({ external: { SY: [0, 1, 0, 1], ZS: [0, 1, 1] } }), 'zh')).replace(
    /<[^>]*>/g,
    ' ',
  );
  for (const text of [
    '图 1　患者流程图。',
    'SY、ZS',
    'A、P 的融合',
    '相关系数低于 0.95（至少 1047 项）',
    '见：方法、配置',
    'SY（n = 4，阳性 2），融合',
    'SY 的 A：8 张切片中有 3 张疑似黑白反转',
  ]) {
    expect(page).toContain(text);
  }
  expect(page.match(/.{0,20}(?:[一-鿿]\.(?=\s)|[一-鿿] ?\((?![x−\d])).{0,12}/g) ?? []).toEqual([]);
  expect(translatedToChinese('DU: 3 of 43 patients lack A, P and are left out (grade0: 1, grade1: 2)')).toBe(
    'DU：43 例患者中有 3 例缺少 A、P，未纳入（grade0：1、grade1：2）',
  );
});
