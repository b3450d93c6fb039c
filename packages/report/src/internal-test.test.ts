// A test of patients whose hospitals train is called so in every sentence.

import { LANGUAGES } from '@radweave/artifacts';
import { ofTest, remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import type { ReportData } from './data.ts';
import { textOf } from './testing/read-page.ts';
import { study } from './testing/study.ts';

test.each(LANGUAGES)(
  'of a test of the home hospital nothing says that it is external (%s)',
  async (language) => {
    const EXTERNAL = /external (?:tests?|patients?|hospitals?)\b|outside the home|外部(?!数据)|本院以外/gi;
    const textWith = async (...findings: ReportData['evaluation']['findings']): Promise<string> => {
      const data = study();
      return textOf(await buildReport({ ...data, evaluation: { ...data.evaluation, findings } }, language));
    };
    const others = [remark('found-none-better', { level: 0.95, models: [] }), remark('found-untold')];
    expect((await textWith(...others)).match(EXTERNAL)?.length).toBeGreaterThan(20);
    const internal = await textWith(
      remark('found-internal-test', { hospitals: ['JM'] }),
      ...others.map((one) => ofTest(one, 'internal')),
    );
    // Of another study's data, and true.
    const told = internal.replaceAll(/the external test set is empty|外部测试集为空/g, '');
    expect(told.match(EXTERNAL) ?? []).toEqual([]);
    expect(internal).toContain(language === 'en' ? 'the test is internal' : '测试为内部测试');
  },
);
