import { expect, test } from 'vitest';
import { buildReport } from './build.ts';
import type { ReportData } from './data.ts';
import { bareStudy, study } from './testing/study.ts';
import { WORDS } from './words/index.ts';
import { type Language, SECTIONS, type SectionId } from './words/words.ts';

const LANGUAGES: readonly Language[] = ['en', 'zh'];
const HOSTILE = `"'><img src=x onerror="window.hacked=1"></textarea></svg><script>window.hacked=1</script>&amp;<!--`;

/** The markup of one section. */
function section(page: string, id: SectionId): string {
  const [, after = ''] = page.split(`<section id="${id}"`);
  return after.split('</section>')[0] ?? '';
}

/** Text as a reader sees it: tags gone, entities read. */
function textOf(markup: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    .replace(/\s+/g, ' ');
}

/** Where a value was written that nobody meant to write. */
function brokenText(page: string): string[] {
  const [withoutScript = ''] = page.split('<script>');
  return withoutScript.match(/.{0,80}(?:undefined|NaN|\[object).{0,20}/g) ?? [];
}

test('whatever stands in IDs, hospitals, runs and notes is text and never markup', async () => {
  const page = await buildReport(study({ hostile: HOSTILE }), 'en');
  // In attributes and text alike, no tag of the data may begin.
  expect(page.includes('<img src=x')).toBe(false);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page.includes('<!--')).toBe(false);
  expect(page.match(/&lt;script&gt;window\.hacked/g)?.length).toBeGreaterThan(20);
  for (const id of ['flow', 'explanations', 'site', 'leakage', 'configuration', 'files'] as const) {
    expect(textOf(section(page, id))).toContain(HOSTILE);
  }
});

test.each(LANGUAGES)('every part that was not made says so and names its command (%s)', async (language) => {
  const words = WORDS[language];
  const page = await buildReport(bareStudy(), language);
  const sentence = words.notMade('radweave nothing', 'made without');
  for (const id of ['maps', 'explanations', 'site', 'leakage'] as const) {
    expect(textOf(section(page, id))).toContain(sentence);
  }
  const none: [SectionId, string][] = [
    ['training', words.training.none],
    ['comparisons', words.comparisons.none],
    ['calibration', words.calibration.none],
    ['decision', words.decision.none],
    ['roc', words.noModelsOf(words.splits.test)],
    ['roc', words.noModelsOf(words.splits.val)],
  ];
  for (const [id, text] of none) expect(textOf(section(page, id))).toContain(text);
  const gone = { ...study(), galleries: withoutPatients(study()) };
  expect(textOf(section(await buildReport(gone, language), 'explanations'))).toContain(
    words.explanations.none,
  );
  expect(textOf(section(await buildReport(study(), language), 'explanations'))).toContain(
    words.explanations.noImage('2.png'),
  );
});

function withoutPatients({ galleries }: ReportData): ReportData['galleries'] {
  if ('missing' in galleries) return galleries;
  const value = galleries.value.map((one) => ({
    ...one,
    explanations: { ...one.explanations, patients: [] },
  }));
  return { value };
}

test.each(LANGUAGES)(
  'all 21 sections are there, with a title each, in the order of the contents (%s)',
  async (language) => {
    const page = await buildReport(study(), language);
    expect([...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)).toEqual(SECTIONS);
    expect([...page.matchAll(/<li><a href="#(\w+)"/g)].map(([, id]) => id)).toEqual(SECTIONS);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(brokenText(page)).toEqual([]);
  },
);

test('patients are grouped by why they were chosen, not by what a table would say of them', async () => {
  const page = section(await buildReport(study(), 'en'), 'explanations');
  const [, right = '', wrong = ''] = page.split('<h3>');
  expect(right).toContain('predicted rightly');
  // Its label is 0 and its prediction 1, yet it was chosen as a right one: the frozen threshold decides.
  expect(right).toContain('test0 (');
  expect(wrong).toMatch(/predicted wrongly[\s\S]*test1 \([\s\S]*test2 \(/);
});

test('with three labels every number says whose it is, and nothing speaks of a threshold', async () => {
  const page = await buildReport(study({ classes: 3 }), 'en');
  expect(textOf(section(page, 'summary'))).toContain('given the most probable label');
  expect(textOf(page)).not.toMatch(/threshold was chosen|Thresholds were chosen/);
  // The macro AUC has a bootstrap interval only.
  expect(textOf(section(page, 'summary'))).toContain('AUC 0.75 95 % CI 0.55–0.95');
  expect(textOf(section(page, 'hospitals'))).toContain('0.75 (0.55–0.95)');
  expect(textOf(section(page, 'hospitals'))).toContain('Bars: bootstrap');
  for (const label of ['grade0', 'grade1', 'grade2']) {
    expect(textOf(section(page, 'roc'))).toContain(`${label} against the rest`);
  }
  expect(textOf(section(page, 'comparisons'))).toMatch(/Positive label .*fused – A external test all macro/);
  expect(textOf(section(page, 'decision'))).toContain('needs two labels');
  expect(section(page, 'results')).not.toContain('Decisions frozen');
});

test('a hospital with one label has n/a and the reason, and no point in the forest plot', async () => {
  const page = await buildReport(study({ external: { SY: [0, 1, 0, 1], ZS: [1, 1, 1] } }), 'en');
  expect(textOf(section(page, 'summary'))).toContain(
    'external test: ZS AUC n/a only positive patients (n = 3)',
  );
  const forest = section(page, 'hospitals');
  expect(forest.match(/aria-label="Forest plot[^"]*"/)?.[0]).toContain('ZS (n = 3, 3 positive), fused: n/a');
  // Validation, SY and both together, but not ZS, of three models.
  expect(forest.match(/aria-roledescription="point"/g)).toHaveLength(9);
  expect(textOf(section(page, 'results'))).toContain('AUC needs both classes');
});

test('without an external hospital the page says so and is still whole', async () => {
  const page = await buildReport(study({ external: {} }), 'en');
  expect(textOf(section(page, 'flow'))).toContain('No external hospital');
  expect(textOf(section(page, 'methods'))).toContain('There was no external hospital.');
  expect(brokenText(page)).toEqual([]);
});

test('the same study always gives the same page', async () => {
  const first = await buildReport(study(), 'zh');
  expect((await buildReport(study(), 'zh')) === first).toBe(true);
});
