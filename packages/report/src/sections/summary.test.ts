import { LANGUAGES } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { expect, test } from 'vitest';
import { buildReport } from '../build.ts';
import { ReportContext } from '../context.ts';
import type { ReportData } from '../data.ts';
import { optimismNote } from '../models.ts';
import { section, textOf } from '../testing/read-page.ts';
import { study } from '../testing/study.ts';
import { WORDS } from '../words/index.ts';

/** A study with a stacked model beside the fused one. */
function stacked(): ReportData {
  const data = study();
  const { evaluation } = data;
  const fused = evaluation.models.find(({ name }) => name === 'fused') ?? expect.unreachable();
  evaluation.models.push({ ...fused, name: 'stacked', kind: 'stacked' });
  const own = evaluation.rows.filter(({ model }) => model === 'fused');
  const auc = { value: 0.66, lower: 0.51, upper: 0.81 };
  evaluation.rows.push(...own.map((row) => ({ ...row, model: 'stacked', auc })));
  return data;
}

test.each(LANGUAGES)(
  'boxes and first sentence name the stacked model beside the fused one (%s)',
  async (language) => {
    const words = WORDS[language];
    const summary = section(await buildReport(stacked(), language), 'summary');
    const cards = summary.match(/<div class="card">.*?<\/div>/gs) ?? [];
    expect(cards).toHaveLength(4);
    const beside = words.pair(words.items([words.modelName('stacked'), 'AUC']), '0.66 (0.51–0.81)');
    for (const card of cards) expect(textOf(card)).toContain(beside);
    const lead = (...models: string[]): string =>
      words.summary.lead(models.map(words.modelName), null).split(/[;。]/)[0] ?? '';
    expect(lead('fused', 'stacked')).toContain(words.modelName('stacked'));
    expect(textOf(summary)).toContain(lead('fused', 'stacked'));
    expect(textOf(section(await buildReport(study(), language), 'summary'))).toContain(lead('fused'));
  },
);

test.each(LANGUAGES)(
  'that validation chose the epochs stands where its AUCs stand (%s)',
  async (language) => {
    const { optimism } = WORDS[language];
    const counts = async (data: ReportData, beside: string | null = null): Promise<number[]> => {
      const page = await buildReport(data, language);
      const ids = ['roc', 'hospitals', 'results'] as const;
      return ids.map(
        (id) => textOf(section(page, id)).split(optimism(beside === null ? [] : [beside])).length - 1,
      );
    };
    const data = study();
    // The first figure of a place says it for the others; of the results the tables of AUCs and of aggregations say it.
    expect(await counts(data)).toEqual([1, 1, 2]);
    const together = stacked();
    expect(await counts(together, WORDS[language].modelName('stacked'))).toEqual([1, 1, 1]);
    expect(await counts(together)).toEqual([0, 0, 1]);
    const context = new ReportContext(together, WORDS[language]);
    expect(optimismNote(context, 'val', ['stacked'])).toBe('');
    // The classifiers' features are of other weights than those that were chosen.
    const networks = {
      ...together.evaluation,
      notes: [remark('validation-optimistic-networks', { modalities: ['A'] })],
    };
    const other = new ReportContext({ ...together, evaluation: networks }, WORDS[language]);
    expect(optimismNote(other, 'val', ['fused', 'A'])).toBe('');
    const { modelName } = WORDS[language];
    const exempt = ['fused', 'A'].map((name) => modelName(name));
    expect(optimismNote(other, 'val', ['fused', 'A', 'network A'])).toBe(optimism(exempt));
    data.evaluation.notes = data.evaluation.notes.filter(
      ({ code }) => !code.startsWith('validation-optimistic'),
    );
    expect(await counts(data)).toEqual([0, 0, 0]);
  },
);

test.each(LANGUAGES)('frozen stages that kept random weights are a caution (%s)', async (language) => {
  const words = WORDS[language];
  const caution = words.remark(remark('frozen-at-random', { network: 'network P', stages: 2 }));
  const shown = async (initialWeights: string, frozenStages: number): Promise<boolean> => {
    const data = study();
    const { settings } = data.runs.find(({ modality }) => modality === 'P') ?? {};
    Object.assign(settings ?? expect.unreachable(), { initialWeights, frozenStages });
    // Of two runs of a modality there is one caution.
    data.runs.push(...data.runs.filter(({ modality }) => modality === 'P'));
    const parts = textOf(section(await buildReport(data, language), 'summary')).split(caution);
    expect(parts.length).toBeLessThan(3);
    return parts.length === 2;
  };
  expect(await shown('trained from scratch', 2)).toBe(true);
  expect(await shown('trained from scratch', 0)).toBe(false);
  expect(await shown('weights of w.pth', 2)).toBe(false);
});
