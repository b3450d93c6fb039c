import { expect, test } from 'vitest';
import { propose } from './propose.ts';
import { FIRST_RULES, named, type SeriesFacts } from './rules.ts';
import type { Stack } from './stack.ts';

const PLAIN: SeriesFacts = {
  type: 'CT',
  description: '',
  imageType: 'ORIGINAL\\PRIMARY\\AXIAL',
  contrast: false,
  delay: null,
  sequence: '',
  echoTime: null,
  repetitionTime: null,
  inversionTime: null,
  kernel: '',
  thickness: 5,
  corrected: '',
  odd: '',
  plane: 'axial',
  examination: { place: 1, of: 1 },
};

test.each<[description: string, modality: string | undefined]>([
  ['Abd arterial 5.0 B30f', 'A'],
  ['动脉期 5mm', 'A'],
  ['ART 1.25mm', 'A'],
  ['portal venous phase', 'P'],
  ['门静脉期', 'P'],
  ['PVP 5mm', 'P'],
  ['arterial and portal', undefined],
  ['delayed 3 min', 'D'],
  ['venöse Spätphase', 'D'],
  ['平扫', 'N'],
  ['Abdomen w/o, non-contrast', 'N'],
  ['Topogram 0.6 T20f', '-'],
  ['定位像', '-'],
  ['Dose Report', '-'],
  ['Patient Protocol', '-'],
  ['LOW DOSE LUNG arterial', 'A'],
  ['低剂量 平扫', 'N'],
  ['Liver protocol venous', 'P'],
  ['LATE ARTERIAL', 'A'],
  ['ABD_ART_1.25', 'A'],
  ['lateral arterial', 'A'],
  ['late portal venous', undefined],
  ['portal-venous delayed', undefined],
  ['LATE_5mm', 'D'],
  ['ABD W/O', 'N'],
  ['ABD W/WO', undefined],
  ['Abd with and without contrast', undefined],
  ['Abd without and with contrast', undefined],
  ['Abdomen 5.0', undefined],
  ['heart', undefined],
])("CT '%s' is %s", (description, modality) => {
  expect(named({ ...PLAIN, description }, FIRST_RULES)?.modality).toBe(modality);
});

test.each<[description: string, contrast: boolean, modality: string | undefined]>([
  ['t1_tse_tra', false, 'T1'],
  ['t1_tse_tra', true, 'T1C'],
  ['T1 +C', false, 'T1C'],
  ['AX T1 POST', false, 'T1C'],
  ['T1 增强', false, 'T1C'],
  ['t2_tse_fs', true, 'T2'],
  ['t2_flair_tra', false, 'FLAIR'],
  ['ep2d_diff ADC', false, 'ADC'],
  ['DWI b1000', false, 'DWI'],
  ['unknown', true, undefined],
  ['t1_space_sag', false, 'T1'],
  ['t1_tse SPC', false, 'T1'],
  ['T1 C-SPINE', false, 'T1'],
  ['T1 posterior fossa', false, 'T1'],
  ['T1 PRE CONTRAST', true, 'T1'],
  ['T1 without contrast', false, 'T1'],
  ['T1_w/o_Gd', false, 'T1'],
  ['T1 非增强', false, 'T1'],
  ['T1 W/WO contrast', false, undefined],
  ['t1_mprage_post_gd', false, 'T1C'],
  ['T1wCE', false, 'T1C'],
  ['ce-gadolinium T1w', false, 'T1C'],
  ['+C Sag T1', false, 'T1C'],
  ['增强 T1', false, 'T1C'],
  ['t1 nach KM', false, 'T1C'],
  ['Ax T1 FLAIR', false, 'T1'],
  ['Ax T1 FLAIR +C', false, 'T1C'],
  ['t2_tirm_tra_dark-fluid', false, 'FLAIR'],
  ['T2* GRE', false, undefined],
  ['T2 map', false, undefined],
])("MR '%s' (contrast agent: %s) is %s", (description, contrast, modality) => {
  expect(named({ ...PLAIN, type: 'MR', description, contrast }, FIRST_RULES)?.modality).toBe(modality);
});

test('where words say nothing, agent and time do, or the physics', () => {
  const injected = { ...PLAIN, contrast: true };
  expect(named({ ...injected, delay: 30 }, FIRST_RULES)).toEqual({
    modality: 'A',
    because: 'CT, contrast agent given, 30 s after the injection',
  });
  expect(named({ ...injected, delay: 70 }, FIRST_RULES)?.modality).toBe('P');
  expect(named({ ...injected, delay: 300 }, FIRST_RULES)?.modality).toBe('D');
  expect(named(injected, FIRST_RULES)).toBeNull();
  const spin = { ...PLAIN, type: 'MR', sequence: 'SE', repetitionTime: 4000, echoTime: 100 };
  expect(named(spin, FIRST_RULES)).toEqual({ modality: 'T2', because: 'MR, sequence SE, TR 4000, TE 100' });
  expect(named({ ...PLAIN, type: 'PT', corrected: 'DECY\\ATTN' }, FIRST_RULES)?.modality).toBe('PET');
});

test('rules read a description with the words that are taken out as a name, and none of them is written', () => {
  const facts = { ...PLAIN, type: 'MR', description: 'T1 …', typed: 'T1 post' };
  expect(named(facts, FIRST_RULES)).toEqual({ modality: 'T1C', because: "MR, 'T1 …'" });
  // As whoever reads the list of series writes it.
  expect(named(facts, [{ modality: 'X', description: '^T1 …$' }])?.modality).toBe('X');
});

/** A stack of a patient, with facts. */
function stack(
  id: string,
  facts: Partial<SeriesFacts>,
  fault: string | null = null,
): { patient: string; stack: Stack } {
  const image = { facts: { ...PLAIN, ...facts } };
  const { plane = 'axial' } = facts;
  return {
    patient: 'p',
    stack: { id, images: [image], plane, slices: [], notes: [], fault } as unknown as Stack,
  };
}

const mapping = { rules: FIRST_RULES, decisions: {} };
const outcome = (
  stacks: Parameters<typeof propose>[0],
  of: Parameters<typeof propose>[1],
  wanted: readonly string[] | null,
): string[] =>
  propose(stacks, of, { wanted, usesMasks: false }).map(({ stack: { id }, modality }) => `${id} ${modality}`);

test('of several series for one modality the usual one is taken, and the reason is said', () => {
  const art = { description: 'arterial' };
  const axial = stack('a', { ...art });
  const coronal = stack('b', { ...art, plane: 'coronal', imageType: 'DERIVED\\SECONDARY\\MPR' });
  const bone = stack('c', { ...art, kernel: 'Br64' });
  expect(outcome([axial, coronal, bone], mapping, null)).toEqual(['a A', 'b -', 'c -']);
  const [first, second] = propose([axial, coronal], mapping, { wanted: null, usesMasks: false });
  expect(first?.because).toBe("CT, 'arterial'; the one that is axial");
  expect(second?.because).toBe("A (CT, 'arterial'), but another series is axial");
  expect(outcome([axial, stack('d', art)], mapping, null)).toEqual(['a ?', 'd ?']);
  expect(outcome([axial, stack('d', art)], { ...mapping, decisions: { d: 'A' } }, null)).toEqual([
    'a -',
    'd A',
  ]);
});

test('an examination is the first or the last of several, unless nobody says when they were', () => {
  const rules = [{ modality: 'A', examination: 1 }, { modality: 'P', examination: -1 }, { modality: 'D' }];
  const made = (dates: readonly string[]) =>
    dates.map((examined, i) => {
      const { patient, stack: one } = stack(String(i), {});
      const image = { ...one.images[0], study: String(i), examined };
      return { patient, stack: { ...one, images: [image] } as unknown as Stack };
    });
  const named = (...dates: string[]): string[] =>
    propose(made(dates), { rules, decisions: {} }, { wanted: null, usesMasks: false }).map(
      ({ because }) => because,
    );
  expect(named('20200102 9', '20200101 8')).toEqual(['examination 2 of 2', 'examination 1 of 2']);
  expect(named('20200101 8')).toEqual(['examination 1 of 1']);
  for (const dates of [
    ['20200101', ''],
    ['20200101', '20200101'],
  ])
    expect(named(...dates)).toEqual([expect.stringContaining('D ('), expect.stringContaining('D (')]);
});

test('decisions count more than rules, and what cannot be put in order is a question', () => {
  const one = stack('a', { description: 'arterial' });
  expect(outcome([one], { ...mapping, decisions: { a: 'P' } }, null)).toEqual(['a P']);
  expect(outcome([one], mapping, ['P'])).toEqual(['a -']);
  expect(outcome([stack('a', { description: 'arterial' }, 'no order')], mapping, null)).toEqual(['a ?']);
});
