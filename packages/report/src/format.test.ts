import { remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { ReportContext } from './context.ts';
import { estimateText } from './format.ts';
import { SECTION_WRITERS } from './sections/index.ts';
import { study } from './testing/study.ts';
import { WORDS } from './words/index.ts';

test('limits that would look the same have more digits, and those that are one number are left out', () => {
  expect(estimateText({ value: 0.25, lower: 0.2, upper: 0.3 })).toBe('0.25 (0.20–0.30)');
  expect(estimateText({ value: 0.25, lower: 0.2496, upper: 0.2507 })).toBe('0.250 (0.250–0.251)');
  expect(estimateText({ value: 0, lower: -0.001, upper: 0.001 })).toBe('0.000 (−0.001, 0.001)');
  expect(estimateText({ value: 0.25, lower: 0.25, upper: 0.25 + 1e-9 })).toBe('0.25');
  expect(estimateText({ value: 0.93, lower: 0.93, upper: 0.93 })).toBe('0.93');
});

test.each(Object.values(WORDS))(
  'an interval that does not contain its value is told wherever it stands',
  async (words) => {
    const data = study({ classes: 3 });
    const note = remark('outside-interval');
    const told = words.remark(note);
    const outside = { value: 0.5, lower: 0.6, upper: 0.7, n: 20, note };
    data.evaluation.rows = data.evaluation.rows.map((row) => ({
      ...{ ...row, auc: outside, auc_bootstrap: outside, sensitivity: outside, specificity: outside },
      ...{ f1: outside, brier: outside, ece: outside, calibration_slope: outside },
    }));
    data.evaluation.comparisons = data.evaluation.comparisons.map((row) => ({ ...row, nri: outside }));
    for (const id of ['summary', 'results', 'comparisons', 'hospitals', 'calibration'] as const) {
      const markup = (await SECTION_WRITERS[id](new ReportContext(data, words))).text;
      expect(markup.replace(/<[^>]*>/g, ' '), id).toContain(told);
      // Beside each: a letter that leads to it, or the sentence itself.
      const text = markup.replace(/<svg[\s\S]*?<\/svg>/g, '').replace(/<(?!sup>)[^>]*>/g, '');
      const shown = text.match(/0\.600?–0\.700?.{0,60}/g) ?? [];
      expect(shown.length, id).toBeGreaterThan(0);
      expect(
        shown.filter((one) => !/^0\.600?–0\.700?\)?<sup>/.test(one) && !one.includes(told.slice(0, 9))),
        id,
      ).toEqual([]);
    }
  },
);
