// What single sections show of a study; the whole page is tested in build.test.ts.
import { remark } from '@radweave/remarks';
import { pythonJson, referenceTest } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { ReportContext } from '../context.ts';
import type { ReportData } from '../data.ts';
import { textOf as readText } from '../testing/read-page.ts';
import { bareStudy, study } from '../testing/study.ts';
import { WORDS } from '../words/index.ts';
import type { SectionId } from '../words/words.ts';
import { SECTION_WRITERS } from './index.ts';

async function section(id: SectionId, data: ReportData): Promise<string> {
  return (await SECTION_WRITERS[id](new ReportContext(data, WORDS.en))).text;
}

const textOf = (markup: string): string => markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

/** The cells of the rows of a table, without the letters of notes. */
function rowsOf(markup: string): string[][] {
  const body = /<tbody>([\s\S]*?)<\/tbody>/.exec(markup)?.[1] ?? '';
  const rows = body.replace(/<sup>.*?<\/sup>/g, '').match(/<tr>[\s\S]*?<\/tr>/g) ?? [];
  return rows.map((row) =>
    (row.match(/<t[hd][^>]*>[\s\S]*?<\/t[hd]>/g) ?? []).map((one) => textOf(one).trim()),
  );
}

const altsOf = (markup: string): string[] =>
  [...markup.matchAll(/(?:alt|aria-label)="([^"]*)"/g)].map(([, text]) => text ?? '');

referenceTest('Table 1 counts patients, and its p-values equal SciPy', ['scipy'], async () => {
  const data = study({ external: { SY: [0, 0, 0, 0, 0, 0, 0, 1], ZS: [0, 1, 1, 1, 1, 1, 1, 1] } });
  const rows = rowsOf(await section('characteristics', data));
  expect(rows[0]?.slice(0, 5)).toEqual(['Patients', '18', '12', '8', '8']);
  const negative = rows.find(([name]) => name?.includes('grade0')) ?? [];
  expect(negative.slice(1, 5)).toEqual(['9 (50 %)', '6 (50 %)', '7 (88 %)', '1 (13 %)']);
  const slices = data.cohort.map(({ hospital, slices }) => [hospital, slices.A] as const);
  const groups = ['JM', 'SY', 'ZS'].map((name) => slices.flatMap(([own, n]) => (own === name ? [n] : [])));
  const expected = pythonJson<{ kruskal: number }>(
    `
import json, sys
from scipy.stats import kruskal
print(json.dumps(dict(kruskal=kruskal(*json.load(sys.stdin)).pvalue)))`,
    { input: JSON.stringify(groups) },
  );
  const perPatient = rows.find(([name]) => name?.includes('Slices') && name.includes('A')) ?? [];
  expect(Number(perPatient[5])).toBeCloseTo(expected.kruskal, 3);
});

/** The second table of the section. */
const clinicalOf = async (data: ReportData): Promise<string> =>
  (await section('characteristics', data)).split('id="table-2"')[1] ?? '';

test('clinical variables are told of each set and hospital, with who has no value', async () => {
  const data = study({ external: { SY: [0, 0, 1, 1] } });
  const values = (numbers: readonly number[]): [string, number][] =>
    data.cohort.flatMap(({ patient }, i) => {
      const value = numbers[i % numbers.length] ?? Number.NaN;
      return Number.isNaN(value) ? [] : [[patient, value] as const];
    });
  data.clinical = {
    variables: [
      { name: 'age', kind: 'number', values: new Map(values([50, 60, 70, 80, 61.25, Number.NaN])) },
      { name: 'ADC', kind: 'number', values: new Map(values([0.00123])) },
      { name: 'change', kind: 'number', values: new Map(values([-2, -1.5])) },
      {
        name: 'stage',
        kind: 'category',
        values: new Map(data.cohort.map(({ patient }, i) => [patient, ['10', '9', '9'][i % 3] ?? ''])),
      },
    ],
    notes: [remark('clinical-spelt', { name: 'stage', kept: '9', others: ['９'] })],
    notNamed: ['name', 'visited'],
    severalRows: false,
  };
  const shown = await clinicalOf(data);
  expect(rowsOf(shown)).toEqual([
    ['Patients', '18', '12', '4'],
    ['age, median (quartiles)', '61.3 (60–70)', '61.3 (60–70)', '65 (57.5–72.5)'],
    ['age, missing', '3', '2', '0'],
    ['ADC, median (quartiles)', ...Array(3).fill('0.0012 (0.0012–0.0012)')],
    ['change, median (quartiles)', ...Array(3).fill('−1.8 (−2, −1.5)')],
    ['stage: 9', '12 (67 %)', '8 (67 %)', '2 (50 %)'],
    ['stage: 10', '6 (33 %)', '4 (33 %)', '2 (50 %)'],
  ]);
  expect(shown).toContain('stage: &#39;９&#39; counts as &#39;9&#39;');
  const caption = /<caption>([\s\S]*?)<\/caption>/.exec(shown)?.[1] ?? '';
  expect(caption).toContain(WORDS.en.clinical.notNamed('name, visited'));
  expect(caption).not.toContain(WORDS.en.clinical.severalRows);
  data.clinical = { ...data.clinical, variables: [], severalRows: true };
  expect(await clinicalOf(data)).toBe('');
  expect(textOf(await section('characteristics', data))).toContain(
    WORDS.en.clinical.notNamed('name, visited'),
  );
});

test('the flow of patients adds up, and who was left out is listed with the reason', async () => {
  const data = study();
  const flow = await section('flow', data);
  expect(altsOf(flow).join(' ')).toContain(`${data.cohort.length + 1}`);
  expect(rowsOf(flow)).toEqual([['X1', 'JM', 'a modality is missing', expect.stringContaining('P')]]);
  expect(rowsOf(await section('flow', bareStudy()))).toEqual([]);
});

test('what was not evaluated, and every other caution of the evaluation, stands in the summary', async () => {
  const data = study();
  const shown = readText(await section('summary', data));
  expect(data.evaluation.notes).not.toEqual([]);
  for (const note of data.evaluation.notes) expect(shown).toContain(WORDS.en.remark(note));
});

test('all that is odd about the data is listed, beside the gray values of each modality', async () => {
  const data = study();
  const { warnings } = data.division?.oddities ?? expect.unreachable();
  const shown = await section('data', data);
  const listed = [...shown.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, text = '']) => readText(text));
  expect(listed).toEqual(warnings.map((warning) => WORDS.en.remark(warning)));
  const drawn = altsOf(shown).filter((alt) => alt.includes('JM') && alt.includes('SY'));
  for (const modality of data.modalities) expect(drawn.join()).toContain(modality);
  expect(shown.match(/<figure/g)).toHaveLength(data.modalities.length);
});

test('who has which modalities is counted by hospital, set and class, where somebody lacks one', async () => {
  const data = study({ external: { SY: [0, 1], ZS: [0, 0, 1] } });
  const lacking = data.cohort.filter(({ hospital, label }) => hospital === 'ZS' && label === 0);
  for (const one of lacking) Object.assign(one, { slices: { ...one.slices, P: 0 } });
  const flow = await section('flow', data);
  expect(textOf(flow)).toContain('All modalities Only A');
  expect(rowsOf(flow)).toContainEqual(['ZS', 'external test', 'grade0', '0', '2']);
  expect(rowsOf(flow)).toContainEqual(['SY', 'external test', 'grade0', '1', '0']);
  // Slices are those of the patients who have any.
  const title = WORDS.en.characteristics.slices('P');
  const slices = rowsOf(await section('characteristics', data)).find(([name]) => name === title) ?? [];
  expect(slices[4]).toBe(
    String(data.cohort.find((one) => one.hospital === 'ZS' && one.label === 1)?.slices.P),
  );
  const [all, complete] = [data.cohort.length, data.cohort.length - lacking.length];
  expect(textOf(await section('methods', data))).toContain(
    `We used ${all} patients with images of at least one of A and P (${complete} had all)`,
  );
});

test('of several labels, those who lack a modality have the macro AUC and the interval that is named', async () => {
  const headOf = async (classes: number): Promise<string> => {
    const data = study({ classes });
    const { models, primary } = data.evaluation;
    for (const model of models) if (model.name !== primary) model.kind = 'available';
    return textOf(await section('summary', data));
  };
  const { auc, bootstrap } = WORDS.en.column;
  expect(await headOf(2)).toContain(auc);
  const several = await headOf(3);
  expect(several).toContain(bootstrap);
  expect(several).not.toContain(auc);
});

test('bands of ROC curves are told as they were drawn, of an earlier version too', async () => {
  const data = study();
  const how = async (): Promise<string> => textOf(await section('roc', data));
  expect(await how()).toContain('drawn within each label and hospital');
  delete data.evaluation.roc_bands;
  expect(await how()).toContain('drawn within each label, whatever the hospital');
});

test('confusion matrices are those of the primary model, in each place but the training patients', async () => {
  const data = study();
  const drawn = await section('confusion', data);
  // Of validation all patients together, of the external test each hospital too.
  const titles = [...drawn.matchAll(/<figcaption>[\s\S]*?<\/figcaption>/g)].map(([text]) => textOf(text));
  expect(titles).toHaveLength(4);
  for (const title of titles) expect(title).toContain('fused');
  expect(titles.join()).not.toContain('training');
  expect(altsOf(drawn).join()).toMatch(/grade0.*grade1/);
});

test('comparisons begin with the external test; training patients are not among them', async () => {
  const data = study();
  const rows = rowsOf(await section('comparisons', data));
  expect(rows.map(([, split]) => split)).toEqual([...Array(3).fill('external test'), 'validation']);
  expect(rows[0]).toContain('−0.100 (−0.300, −0.020)');
  expect(rows[0]).toContain('&lt;0.001');
});

test('where one hospital has all patients of a set, its rows stand once, under its name', async () => {
  const data = study({ external: { SY: [0, 1, 0, 1] } });
  const performance = rowsOf(await section('results', data));
  expect(performance.map(([, hospital]) => hospital)).toEqual(data.evaluation.models.map(() => 'SY'));
  const compared = rowsOf(await section('comparisons', data));
  expect(compared.map(([, , hospital]) => hospital)).toEqual(['SY', 'JM']);
  const titles = (await section('confusion', data)).match(/<figcaption>[\s\S]*?<\/strong>/g)?.map(textOf);
  expect(titles?.map((title) => title.trim().split(', ').at(-1))).toEqual(['JM.', 'SY.']);
  // With two, the pooled patients have rows of their own.
  expect(rowsOf(await section('results', study())).flat()).toContain('all');
});

test('how figures are read stands under the first of them', async () => {
  for (const id of ['training', 'roc', 'confusion', 'calibration', 'decision', 'maps'] as const) {
    const captions = (await section(id, study())).match(/<figcaption>[\s\S]*?<\/figcaption>/g) ?? [];
    const [first = [], ...others] = captions.map((text) =>
      textOf(text)
        .trim()
        .split(/\. |\.$/),
    );
    const longest = [...first].sort((a, b) => b.length - a.length)[0] ?? '';
    expect(others.flat(), id).not.toContain(longest);
    expect(captions.at(-1), id).toContain('To be read as Figure');
  }
});

test('the operating point of a ROC curve is the frozen threshold; a split without curves says so', async () => {
  const data = study();
  const drawn = await section('roc', data);
  expect(textOf(drawn)).toContain('0.400');
  const none = { ...data, evaluation: { ...data.evaluation, curves: [] } };
  expect((await section('roc', none)).match(/class="missing"/g)).toHaveLength(2);
});

test('hospitals without a test of heterogeneity have no table of it', async () => {
  const two = rowsOf(await section('hospitals', study()));
  expect(two[0]).toEqual(expect.arrayContaining(['4.90', '0.027', '80 %']));
  expect(rowsOf(await section('hospitals', study({ external: { SY: [0, 1, 0, 1] } })))).toEqual([]);
});

test('without curves, calibration and decision curves say that there are none', async () => {
  for (const id of ['calibration', 'decision'] as const) {
    expect(await section(id, study()), id).toContain('<figure');
    const bare = await section(id, bareStudy());
    expect(bare, id).not.toContain('<figure');
    expect(bare, id).toContain('class="missing"');
  }
});

test('a search says on whom and how often it chose, lists every trial and draws a line for each', async () => {
  const data = study();
  const text = await section('tuning', data);
  expect(textOf(text)).toContain(
    'All were trained and scored on 2 folds of 30 training patients; the search read no other patient. ' +
      'Trial 2 was chosen, with a mean AUC per patient of 0.900 over the folds. As the best of 4 trials, this AUC is optimistic; it is not a result of the study.',
  );
  expect(rowsOf(text)).toEqual([
    ['2', '0.001', 'adam', 'trained to the end', '10', '0.900', '0.900 / 0.900'],
    ['1', '0.0001', 'sgd', 'ended early', '3', '0.800', '0.800 / 0.800'],
    ['3', '0.00001', 'adam', 'ended early', '3', '0.700', '0.700 / 0.700'],
    ['4', '10', 'sgd', 'failed', '3', 'n/a', 'n/a / n/a'],
  ]);
  const lines = [...text.matchAll(/<polyline points="([^"]*)"/g)].map(([, points = '']) => points.split(' '));
  // The chosen trial is drawn last; the one without a score does not reach the last axis.
  expect(lines.map((points) => points.length)).toEqual([3, 3, 2, 3]);
  const heights = lines.map((points) => points.map((point) => Number(point.split(',')[1])));
  const [low, high] = [heights[1]?.[2] ?? 0, heights[3]?.[2] ?? 0];
  expect(low).toBeGreaterThan(high);
  // Of 1e-5, …, 10 the fourth power of ten lies a sixth from below, by the logarithm.
  const rate = (line: number): number => heights[line]?.[0] ?? Number.NaN;
  expect((rate(1) - rate(0)) / (rate(1) - rate(2))).toBeCloseTo(1 / 6, 2);
  expect(await section('tuning', bareStudy())).toContain('No settings were searched by radweave tune');
  const scored = (score: number, folds: number[]) => ({
    ...data,
    searches: data.searches.map((search) => ({
      ...search,
      trials: search.trials.map((trial) =>
        trial.trial === search.best ? { ...trial, score, folds } : trial,
      ),
    })),
  });
  const tied = scored(0.8, [0.8, 0.8]);
  const [search] = tied.searches;
  if (search !== undefined) for (const trial of search.trials) trial.state = 'trained';
  expect(textOf(await section('tuning', tied))).toContain('over the folds. Trial 1 had the same AUC. As the');
  for (const [score, folds, en, zh] of [
    [0.45, [0.5, 0.4], 'This AUC is not above chance (0.5)', '该 AUC 不高于随机水平（0.5）'],
    [
      0.55,
      [0.7, 0.4],
      'In 1 of 2 folds its AUC is not above chance (0.5).',
      '在 2 折中的 1 折，其 AUC 不高于随机水平',
    ],
  ] as const) {
    const own = scored(score, [...folds]);
    expect(textOf(await section('tuning', own))).toContain(en);
    const chinese = (await SECTION_WRITERS.tuning(new ReportContext(own, WORDS.zh))).text;
    expect(textOf(chinese)).toContain(zh);
  }
});

test('site effects: a number that is missing is n/a, and harmonised features are marked', async () => {
  const data = study();
  if (!('value' in data.siteAudit)) throw new Error('no site audit');
  const [first, ...rest] = data.siteAudit.value.rows;
  if (first === undefined) throw new Error('no row');
  const empty = { ...first, n: null, auc: null, auc_p: null, chance: null };
  const value = { ...data.siteAudit.value, rows: [empty, ...rest] };
  const rows = rowsOf(await section('site', { ...data, siteAudit: { value } }));
  expect(rows[0]).toEqual(expect.arrayContaining(['n/a']));
  expect(rows.map((row) => row[2])).toEqual(['no', 'yes']);
});

test('every check of the leakage audit stands in the table with its outcome', async () => {
  const outcomes = rowsOf(await section('leakage', study())).map(([, outcome]) => outcome);
  expect(new Set(outcomes).size).toBe(4);
  expect(outcomes).toHaveLength(4);
});

test('equal configurations are shown once, under the names of all whose they are', async () => {
  const data = study();
  const yaml = 'data:\n  root_dir: <raw>\n';
  const configurations = [{ run: 'run_A' }, { run: 'run_P' }, 'split' as const].map((of) => ({ of, yaml }));
  const shown = await section('configuration', { ...data, configurations });
  expect(shown.match(/<pre/g)).toHaveLength(1);
  expect(shown).toContain('run_A');
  expect(shown).toContain('run_P');
  expect(shown).toContain('&lt;raw&gt;');
  expect((await section('configuration', data)).match(/<pre/g)).toHaveLength(2);
});

test('files stand with their hashes', async () => {
  expect(rowsOf(await section('files', study()))).toEqual([['fusion/model.json', 'b'.repeat(64)]]);
});

test.each([WORDS.en, WORDS.zh])('tables and figures with intervals name their level', async (words) => {
  const data = study();
  data.evaluation.options.confidence_level = 0.975;
  for (const id of ['results', 'comparisons', 'hospitals', 'calibration'] as const) {
    const { text } = await SECTION_WRITERS[id](new ReportContext(data, words));
    const captions = [...text.matchAll(/<(caption|figcaption)[^>]*>.*?<\/\1>/gs)].map(([one]) => textOf(one));
    const told = captions.filter((one) => one.includes('97.5 %'));
    // Tables of decisions and of aggregations have no intervals; what holds of several figures is told at the first.
    const without = { results: 2, hospitals: 1, comparisons: 0, calibration: captions.length - 1 }[id];
    expect(told.length, id).toBe(captions.length - without);
  }
});
