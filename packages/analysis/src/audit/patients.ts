import { groupBy } from '@radweave/artifacts';
import { remark } from '@radweave/remarks';
import { auditCase, type CheckReport, finding } from './check.ts';
import { alikeAcross, casesOf } from './similar-ids.ts';
import { type AuditSubject, COHORT_FILE, gather, type Placement } from './subject.ts';

/** The same patient in two splits of one modality, or twice in `cohort.csv`. */
export function checkPatientSplits({ placements, config }: AuditSubject): CheckReport {
  const wrong = contradicting(placements, 'split', sourceKey);
  const cases = describe(wrong, ({ split, source }) => `${split} of ${source}`);
  return {
    looked: remark('audit-patients', { n: count(placements) }),
    found: finding(
      remark('LEAK_PATIENT_SPLITS'),
      cases,
      config.data.splits_dir,
      'Keep each patient in one split: run radweave preprocess again, or correct the split files',
    ),
    gaps: [],
  };
}

/** Hospitals: a patient of two, and patients whose IDs are alike in several. */
export function checkPatientHospitals(subject: AuditSubject): CheckReport {
  const { placements, people, config } = subject;
  const wrong = contradicting(placements, 'hospital');
  const where = config.data.splits_dir;
  const found = [
    ...finding(
      remark('LEAK_PATIENT_HOSPITALS'),
      describe(wrong, ({ hospital, split }) => `${hospital} (${split})`),
      where,
      'Run radweave preprocess again, or correct the files',
    ),
    ...finding(
      remark('WARN_TEST_AT_HOME'),
      testedAtHome(placements),
      where,
      'Call it an internal test, or keep all patients of a hospital on one side',
    ),
    ...finding(
      remark('WARN_ID_HOSPITALS'),
      casesOf(subject, alikeAcross(people)),
      where,
      'They count as different people; similar_ids.csv lists all of them. If two are one person, keep one hospital',
    ),
  ];
  const hospitals = new Set(placements.map(({ hospital }) => hospital));
  if (found.length === 0 && hospitals.size === 1 && !hospitals.has('')) {
    return { looked: null, found, gaps: [remark('audit-one-hospital')] };
  }
  return { looked: remark('audit-patients', { n: count(placements) }), found, gaps: [] };
}

/** Hospitals that are on both sides of the test, with their patients there. */
function testedAtHome(placements: readonly Placement[]): ReturnType<typeof auditCase>[] {
  return [...groupBy(placements, ({ hospital }) => hospital)].flatMap(([hospital, own]) => {
    const test = own.filter(({ split }) => split === 'test');
    const home = own.filter(({ split }) => split !== 'test');
    if (hospital === '' || test.length === 0 || home.length === 0) return [];
    return auditCase([], `${hospital}: ${count(test)} in test, ${count(home)} in training or validation`);
  });
}

/** The files put a patient into different splits: one modality against another, or against `cohort.csv`. */
export function checkSplitAgreement(subject: AuditSubject): CheckReport {
  const { placements, config, missing, hasCohortFile } = subject;
  const sources = new Set(placements.map(({ source }) => source));
  const gaps = missing.map((file) => remark('audit-no-file', { file }));
  if (!hasCohortFile) gaps.push(remark('audit-no-cohort-splits', { file: COHORT_FILE }));
  if (sources.size < 2) return { looked: null, found: [], gaps: [...gaps, remark('audit-one-modality')] };
  // A patient in two splits of one source is the finding of another check.
  const others = new Set(contradicting(placements, 'split', sourceKey));
  const wrong = contradicting(
    placements.filter((one) => !others.has(one)),
    'split',
  );
  const cases = describe(wrong, ({ source, split }) => `${split} by ${source}`);
  return {
    looked: remark('audit-sources', { names: [...sources] }),
    found: finding(
      remark('LEAK_SPLIT_MODALITIES'),
      cases,
      config.data.splits_dir,
      'Make all split files from one division of the patients: run radweave preprocess for all modalities at once',
    ),
    gaps,
  };
}

/** One case per patient: the different descriptions of its placements. */
export function describe(
  placements: readonly Placement[],
  text: (placement: Placement) => string,
): ReturnType<typeof auditCase>[] {
  const groups = groupBy(placements, ({ patient }) => patient);
  return Array.from(groups, ([patient, own]) => auditCase([patient], [...new Set(own.map(text))].join(', ')));
}

/** What contradicts other placements of the same patient, or key, in a field. */
export function contradicting(
  placements: readonly Placement[],
  field: keyof Placement,
  keyOf: (placement: Placement) => string = ({ patient }) => patient,
): Placement[] {
  const values = gather(placements, keyOf, field);
  return placements.filter((one) => (values.get(keyOf(one))?.size ?? 0) > 1);
}

const sourceKey = ({ patient, source }: Placement): string => JSON.stringify([patient, source]);

const count = (placements: readonly Placement[]): number =>
  new Set(placements.map(({ patient }) => patient)).size;
