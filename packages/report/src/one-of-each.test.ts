// Of one hospital, or one modality, nothing is said or drawn that compares several.

import { LANGUAGES } from '@radweave/artifacts';
import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import type { ReportData } from './data.ts';
import { textOf } from './testing/read-page.ts';
import { study } from './testing/study.ts';
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

test('of one modality the methods tell of one network', async () => {
  const methods = async (data: ReportData): Promise<string> => textOf(await buildReport(data, 'en'));
  expect(await methods(atHome(['A']))).toContain('One network was trained: resnet18 on A');
  expect(await methods(study())).toContain('One network was trained for each modality: resnet18 on A');
});
