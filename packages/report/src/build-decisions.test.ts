import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import { section, textOf } from './testing/read-page.ts';
import { bareStudy, study } from './testing/study.ts';

test('only what patients chose is said to be fitted on them', async () => {
  const text = textOf(section(await buildReport(study(), 'en'), 'results'));
  expect(text).toMatch(
    /network A aggregation top_k 3 set beforehand .*network A threshold Youden: 0.4000 JM, validation, n = 12/,
  );
  expect(text).not.toContain('before any external patient was scored');
});

test('a threshold is told apart from 0 and 1 and from the nearest patients wherever it stands', async () => {
  const one = study();
  for (const model of one.evaluation.models) {
    const { threshold } = model.frozen;
    if (threshold === null) continue;
    const value = { rule: 'youden', threshold: 0.99999516 };
    model.frozen = { ...model.frozen, threshold: { ...threshold, value } };
    const val = model.patients.val.map((one) => ({ ...one, probabilities: [4.7e-6, 0.9999953] }));
    model.patients = { ...model.patients, val };
  }
  one.evaluation.rows = one.evaluation.rows.map((row) =>
    row.threshold === null ? row : { ...row, threshold: 0.99999516 },
  );
  const page = await buildReport(one, 'en');
  for (const id of ['summary', 'results', 'roc'] as const) {
    expect(textOf(section(page, id)), id).toContain('0.9999952');
  }
  expect(textOf(page)).not.toMatch(/(Youden: |threshold )1\.0/);
});

test('decisions that were taken over name the patients of the earlier evaluation, first and last', async () => {
  const one = study();
  one.evaluation.options.decisions = 'taken over';
  const page = await buildReport(one, 'en');
  expect(textOf(section(page, 'summary'))).toContain(
    'Its threshold (Youden: 0.4000) was taken over from an earlier evaluation, which chose it on: JM, validation, n = 12.',
  );
  expect(textOf(section(page, 'methods'))).toContain(
    'Slice probabilities were combined into one per patient by the mean of the 3 highest (network A).',
  );
  expect(textOf(section(page, 'methods'))).toContain(
    'was taken over from an earlier evaluation and rests on its validation patients (JM, n = 12); it was frozen',
  );
  expect(textOf(page)).not.toMatch(/Its threshold was chosen on|rests on the validation patients only/);
});

test('the table of frozen decisions says what the audit counts besides', async () => {
  const audit = 'the leakage audit also counts those in fusion/model.json';
  expect(textOf(section(await buildReport(study(), 'en'), 'results'))).toContain(audit);
  expect(textOf(section(await buildReport(bareStudy(), 'en'), 'results'))).not.toContain(audit);
  const one = study();
  const fusion = 'value' in one.fusion ? one.fusion.value : null;
  const [classifier] = fusion?.classifiers ?? [];
  if (classifier?.scaler == null || classifier.threshold === null) throw new Error('nothing frozen');
  const shown = async (): Promise<string> => textOf(section(await buildReport(one, 'en'), 'results'));
  const [scaler, threshold] = ['1 scaler fitted on training patients', '1 threshold for new patients, '];
  expect(await shown()).toContain(`${audit}: ${scaler}; ${threshold}chosen on validation patients.`);
  const { value } = classifier.threshold;
  classifier.threshold.value = { rule: 'fixed', threshold: 0.5 };
  expect(await shown()).toContain(`${audit}: ${scaler}; ${threshold}set beforehand.`);
  fusion?.classifiers.push({ ...classifier, threshold: { ...classifier.threshold, value } });
  expect(await shown()).toContain(`${audit}: 2 scalers fitted on training patients; ${threshold}chosen on`);
  fusion?.classifiers.pop();
  classifier.scaler = null;
  expect(await shown()).toContain(`${audit}: ${threshold}set beforehand.`);
  classifier.threshold = null;
  expect(await shown()).not.toContain(audit);
});
