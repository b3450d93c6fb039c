import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import { section, textOf } from './testing/read-page.ts';
import { study } from './testing/study.ts';
import type { SectionId } from './words/words.ts';

test('with three labels every number says whose it is, and nothing speaks of a threshold', async () => {
  const page = await buildReport(study({ classes: 3 }), 'en');
  expect(textOf(section(page, 'summary'))).toContain('given the most probable label');
  expect(textOf(page)).not.toMatch(/threshold was chosen|Thresholds were chosen/);
  // The macro AUC has a bootstrap interval only.
  expect(textOf(section(page, 'summary'))).toContain('Macro AUC 0.75 95 % CI 0.55–0.95');
  expect(textOf(section(page, 'summary'))).toMatch(/Macro sensitivity: .* Macro specificity: /);
  const chinese = await buildReport(study({ classes: 3 }), 'zh');
  expect(textOf(section(chinese, 'summary'))).toMatch(/宏平均 AUC 0\.75.*宏平均灵敏度.*宏平均特异度/);
  expect(textOf(section(page, 'hospitals'))).toContain('0.75 (0.55–0.95)');
  expect(textOf(section(page, 'hospitals'))).toContain('Bars: bootstrap');
  for (const label of ['grade0', 'grade1', 'grade2']) {
    expect(textOf(section(page, 'roc'))).toContain(`${label} against the rest`);
  }
  expect(textOf(section(page, 'comparisons'))).toMatch(/Positive label .*fused − A external test all macro/);
  expect(textOf(section(page, 'decision'))).toContain('needs two labels');
  expect(section(page, 'results')).not.toContain('Frozen decisions');
});

test('with three labels an AUC says that it is the macro AUC, and each curve of which model it is', async () => {
  const told = async (language: 'en' | 'zh', ...ids: SectionId[]): Promise<string[]> => {
    const page = await buildReport(study({ classes: 3 }), language);
    return ids.map((id) => textOf(section(page, id)));
  };
  const [roc, hospitals, results, methods] = await told('en', 'roc', 'hospitals', 'results', 'methods');
  expect(roc).toContain('ROC curves, validation, fused.');
  expect(hospitals).toContain('Macro AUC by hospital.');
  expect(results).toContain('Macro AUC, validation Macro AUC, external test');
  expect(methods).toContain('Where no label is named, the AUC of a model is the macro AUC.');
  const [curves, ...others] = await told('zh', 'roc', 'hospitals', 'results', 'methods');
  expect(curves).toContain('ROC 曲线，验证集，融合');
  for (const text of others) expect(text).toContain('宏平均 AUC');
  const two = textOf(await buildReport(study(), 'en'));
  expect(two).not.toMatch(/Macro AUC|ROC curves, validation, fused/);
  // The second figure of two labels holds what is not a classifier of features, and says whose curves they are.
  expect(two).toMatch(/ROC curves, validation, network A\b/);
  expect(two).toMatch(/AUC by hospital, network A\b/);
});
