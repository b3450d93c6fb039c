import { expect, test } from 'vitest';
import { buildReport } from '../build.ts';
import { CLAIM, TRIPOD } from '../checklist/items.ts';
import { bareStudy, study } from '../testing/study.ts';
import { WORDS } from '../words/index.ts';
import type { SectionId } from '../words/words.ts';

type Evidence = Readonly<Record<string, RegExp>>;

/** What each section must say for an item, `item section`. */
const CLAIM_EVIDENCE: Evidence = {
  '7 flow': /Home hospital JM: /,
  '8 flow': /a modality is missing/,
  '9 methods': /normalised as \(x/,
  '9 configuration': /data:/,
  '10 data': /left out/,
  '12 flow': /a modality is missing/,
  '12 methods': /excluded/,
  '19 methods': /divided at random, stratified by label \(seed/,
  '19 flow': /Training: \d+/,
  '20 methods': /all slices of a patient were in the same set/,
  '20 flow': /No patient is in two sets/,
  '22 methods': /resnet18 on A/,
  '22 configuration': /data:/,
  '23 environment': /radweave 0/,
  '24 methods': /Training began with random weights/,
  '25 methods': /The optimizer was AdamW/,
  '25 training': /whose weights were kept/,
  '25 configuration': /data:/,
  '26 methods': /was kept for its validation AUC/,
  '27 methods': /were concatenated/,
  '28 methods': /Calibration was assessed by/,
  '28 results': /Balanced accuracy/,
  '29 methods': /bootstrap resamples of patients/,
  '29 results': /DeLong CI/,
  '31 explanations': /Randomisation check/,
  '32 results': /Discrimination and calibration, validation patients/,
  '33 hospitals': /AUC by hospital/,
  '33 results': /Discrimination and calibration, external test patients/,
  '35 flow': /Patients left out/,
  '36 characteristics': /Label grade1/,
  '37 results': /Discrimination and calibration, training patients/,
  '38 results': /Sensitivity/,
  '38 roc': /ROC curves/,
  '39 confusion': /Number of patients, and their share of those with the same true label/,
  '39 explanations': /patients predicted incorrectly/,
};

const TRIPOD_EVIDENCE: Evidence = {
  '6 flow': /Flow of patients/,
  '7 methods': /normalised as \(x/,
  '7 configuration': /data:/,
  '9 methods': /features of a patient’s slices/,
  '11 flow': /a modality is missing/,
  '12 methods': /L2-penalised logistic regression/,
  '12 configuration': /data:/,
  '13 methods': /without class weights/,
  '15 methods': /Thresholds were/,
  '15 results': /Frozen decisions/,
  '16 characteristics': /Std\. difference, JM/,
  '20 flow': /Flow of patients/,
  '20 characteristics': /Patients by hospital and set/,
  '21 results': /n Positive/,
  '22 files': /fusion\/model\.json/,
  '23 results': /DeLong CI/,
  '23 hospitals': /AUC by hospital/,
};

function sectionText(page: string, id: SectionId): string {
  const found = new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(page)?.[0] ?? '';
  return found.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

test('a section that an item points at is in the report and says what the item asks', async () => {
  const page = await buildReport(study(), 'en');
  for (const [items, evidence] of [
    [CLAIM, CLAIM_EVIDENCE],
    [TRIPOD, TRIPOD_EVIDENCE],
  ] as const) {
    const pairs = items.flatMap(({ sections }, i) => sections.map((section) => [i + 1, section] as const));
    expect(pairs.map((pair) => pair.join(' ')).sort()).toEqual(Object.keys(evidence).sort());
    for (const [item, section] of pairs) {
      expect(sectionText(page, section), `${item} ${section}`).toMatch(
        evidence[`${item} ${section}`] ?? /^$/,
      );
    }
  }
});

test.each(['en', 'zh'] as const)(
  'every item has its text, and what the author adds only where a section is named (%s)',
  (language) => {
    const { claim, tripod } = WORDS[language].checklist;
    for (const [items, texts] of [
      [CLAIM, claim],
      [TRIPOD, tripod],
    ] as const) {
      expect(texts).toHaveLength(items.length);
      for (const [i, { left }] of texts.entries()) {
        if (left !== undefined) expect(items[i]?.sections.length, String(i + 1)).toBeGreaterThan(0);
      }
    }
    const added = (which: 'claim' | 'tripod') =>
      WORDS[language].checklist[which].flatMap(({ left }, i) => (left === undefined ? [] : [i + 1]));
    expect(added('claim')).toEqual([7, 8, 9, 10, 12, 22, 32, 36, 39]);
    expect(added('tripod')).toEqual([6, 7, 9, 11, 16, 20, 22, 23]);
  },
);

test('what the report does not know is left to the author', async () => {
  const text = sectionText(await buildReport(bareStudy(), 'en'), 'checklist');
  expect(text).toContain('Inclusion and exclusion criteria Not in the report: the author must write it');
  expect(text).toContain('How parameters were initialised Not in the report');
  const full = sectionText(await buildReport(study(), 'en'), 'checklist');
  expect(full).toContain('Robustness or sensitivity analysis Not in the report: the author must write it');
  expect(full).toContain(
    'Inclusion and exclusion criteria See: Cohort. The author adds: the clinical criteria;',
  );
});
