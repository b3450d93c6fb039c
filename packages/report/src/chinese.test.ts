import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import { bareStudy, study } from './testing/study.ts';
import { WORDS } from './words/index.ts';

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
  const spoken = body.matchAll(/ (?:alt|aria-label)="([^"]*)"/g);
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
    '仅有阳性患者（n = 3）：AUC 需要两种标签的患者',
    '样本内：A、P 的网络以这些患者训练，结果过于乐观，不宜报告，请使用交叉拟合',
    'Youden 指数最大：0.4000',
    '前 3 个最高概率的均值（网络 A）',
    '跨数据集的患者',
    'ZS 未校正：A：9 例患者：估计一家医院的位置与尺度参数至少需要 10 例；P：9 例患者',
  ]) {
    expect(page).toContain(text);
  }
});

test('of a finding nothing stays English but names of models, labels, settings and statistics', async () => {
  const kept = /\b(training\.class_weights|AUC|Cochran|grade\d|SY|ZS|XX|A|P|Q|p|n|I)\b/g;
  for (const finding of study().evaluation.findings) {
    const chinese = WORDS.zh.remark(finding);
    expect(chinese).toMatch(/[一-鿿]/);
    expect(chinese.replace(kept, '')).not.toMatch(/[A-Za-z]/);
    expect(chinese).not.toMatch(/network|fused|stacked/);
  }
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
});
