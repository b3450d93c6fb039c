// What becomes of slices of earlier imports whose patients or labels are others now.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importFiles, readImported } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { madeUpNifti } from '@radweave/importing/testing/made-up-nifti';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

const rowsIn = ({ records }: ImportOptions): ReturnType<typeof readImported> =>
  readImported(importFiles(records).table);

function decide({ records }: ImportOptions, decisions: Readonly<Record<string, string>>): void {
  const { mapping } = importFiles(records);
  const text = readFileSync(mapping, 'utf8');
  writeFileSync(
    mapping,
    text.replace(/^decisions:.*(\n {2}.*)*$/m, () => `decisions: ${JSON.stringify(decisions)}`),
  );
}

/** Series by their names in the list of a mapping. */
function listedIn({ records }: ImportOptions): string[] {
  return [...readFileSync(importFiles(records).mapping, 'utf8').matchAll(/series: "?(\w+)/g)].map(
    ([, id = '']) => id,
  );
}

const VOLUME = madeUpNifti({ shape: [8, 8, 2], values: (i) => i });
type Write = (below: string, id: string) => void;
const KINDS: Readonly<Record<string, [more: Partial<ImportOptions>, write: Write, writeBeside: Write]>> = {
  DICOM: [
    {},
    (below, id) => writeSeries(join(below, '..'), 'arterial', 2, { [TAG.patientId]: ['LO', id] }),
    (below, id) => writeSeries(join(below, '..'), 'art', 2, { [TAG.patientId]: ['LO', id] }),
  ],
  NIfTI: [
    { kind: 'nifti', volumes: { type: 'CT', plane: 'axial' }, modalities: ['A'] },
    (below, id) => {
      mkdirSync(below, { recursive: true });
      for (const name of readdirSync(below)) rmSync(join(below, name));
      writeFileSync(join(below, `${id}_A.nii`), VOLUME);
    },
    (below, id) =>
      writeFileSync(join(below, `${id}_A.nii`), madeUpNifti({ shape: [8, 8, 2], values: (i) => -i })),
  ],
};

test.each(Object.entries(KINDS))(
  'images of %s whose ID of the patient was corrected come in once: a decision says which counts',
  async (_, [more, write, writeBeside]) => {
    for (const keeps of ['the new', 'the new, by leaving out the other', 'the earlier']) {
      const folder = tempDir();
      const options = optionsIn(folder, more);
      write(options.root, 'P2');
      await importStage(options, silentContext());
      const [earlier] = rowsIn(options);
      write(options.root, 'P22');
      await expect(importStage(options, silentContext())).rejects.toMatchObject({
        code: 'E_IMPORT_OPEN',
        message: expect.stringMatching(
          new RegExp(
            `1 series would take the place .*\n.*HN-\\d+, A: .* that of ${earlier?.patient}, ${earlier?.series}`,
          ),
        ),
      });
      expect(rowsIn(options).map(({ patient }) => patient)).toEqual([earlier?.patient, earlier?.patient]);
      const [now = ''] = listedIn(options);
      const other = keeps.includes('other') ? { [earlier?.series ?? '']: '-' } : { [now]: 'A' };
      decide(options, keeps === 'the earlier' ? { [now]: '-' } : other);
      if (keeps === 'the earlier') {
        const before = rowsIn(options);
        writeBeside(options.root, 'P3');
        await expectBeside(options, before);
        continue;
      }
      for (const written of [1, 0]) {
        expect(await importStage(options, silentContext())).toMatchObject({ written });
        const patients = new Set(rowsIn(options).map(({ patient }) => patient));
        expect(patients.size).toBe(1);
        expect(patients).not.toContain(earlier?.patient);
        expect(filesBelow(options.output)).toHaveLength(2);
      }
    }
  },
);

/** Imports a series of two slices, and looks whether those of before are still there. */
async function expectBeside(options: ImportOptions, before: ReturnType<typeof rowsIn>): Promise<void> {
  for (const written of [1, 0]) {
    expect(await importStage(options, silentContext())).toMatchObject({ written });
    expect(rowsIn(options)).toHaveLength(before.length + 2);
    expect(rowsIn(options)).toEqual(expect.arrayContaining(before));
    expect(filesBelow(options.output)).toHaveLength(before.length + 2);
  }
}

/** A hospital whose patient and series have the numbers of any other. */
function numberedAlike(folder: string, hospital: string, uid: string): ImportOptions {
  const own = join(folder, hospital);
  writeSeries(own, 'arterial', 2, { [TAG.sopInstance]: ['UI', uid] });
  return { ...optionsIn(folder), hospital, root: join(own, 'export') };
}

test.each([
  ['images of its own', '1.8'],
  ['the same images', '1.7'],
])('a decision about a series leaves that of another hospital with the same ID and %s', async (_, uid) => {
  const folder = tempDir();
  const [HN, CS] = [numberedAlike(folder, 'HN', '1.7'), numberedAlike(folder, 'CS', uid)];
  await importStage(HN, silentContext());
  const before = rowsIn(HN);
  decide(HN, { [before[0]?.series ?? '']: '-' });
  writeSeries(join(folder, 'CS'), 'art', 2, { [TAG.patientId]: ['LO', 'P3'] });
  await expectBeside(CS, before);
});

test('where several hospitals have a series of one ID, no decision removes it, and the advice says so', async () => {
  const folder = tempDir();
  const [HN, CS] = [numberedAlike(folder, 'HN', '1.7'), numberedAlike(folder, 'CS', '1.8')];
  for (const options of [HN, CS]) await importStage(options, silentContext());
  const before = rowsIn(HN);
  expect(new Set(before.map(({ series }) => series)).size).toBe(1);
  writeSeries(join(folder, 'HN'), 'art', 2, { [TAG.patientId]: ['LO', 'P3'] });
  const table = join(folder, 'patients.csv');
  writeFileSync(table, 'patient,hospital,label\nP3,HN,0\n');
  const options = { ...HN, hospital: null, label: null, table };
  const advice =
    /Not in the table any more, .*: 1 series .*, of 1 patient; no decision removes those whose ID/;
  expect(await told({ ...options, dryRun: true })).toMatch(advice);
  decide(options, { [before[0]?.series ?? '']: '-' });
  await expectBeside(options, before);
});

/** Two patients with a series A, the first with P too; a table that says their classes. */
function tabled(rows: string): ImportOptions {
  const folder = tempDir();
  for (const [id, name] of [
    ['1', 'arterial'],
    ['1', 'portal'],
    ['2', 'art'],
  ] as const) {
    const uids = {
      [TAG.sopInstance]: ['UI', `1.${id}.${name.length}`],
      [TAG.studyUid]: ['UI', `1.${id}`],
    } as const;
    writeSeries(folder, name, 2, { [TAG.patientId]: ['LO', id], ...uids });
  }
  const table = join(folder, 'patients.csv');
  writeFileSync(table, rows);
  return { ...optionsIn(folder), hospital: null, label: null, table };
}

async function told(options: ImportOptions): Promise<string> {
  const context = listening();
  await importStage(options, context);
  return context.said.join('\n');
}

test('slices of a patient who is not in the table any more are told, and a decision removes them', async () => {
  const options = tabled('patient,hospital,label\n1,JM,low\n2,JM,low\n');
  await importStage(options, silentContext());
  const gone = rowsIn(options).filter(({ modality }) => modality === 'P')[0]?.patient ?? '';
  writeFileSync(options.table ?? '', 'patient,hospital,label\n2,JM,low\n');
  const said = await told(options);
  expect(said).toContain(
    'Not among these files, and left as it is: 2 series of an earlier import (4 slices), of 1 patient.',
  );
  const [, decisions = ''] =
    /Not in the table any more, and still in the data root: 2 series .* of 1 patient; to remove .* \((.*)\)\./.exec(
      said,
    ) ?? [];
  expect(rowsIn(options)).toHaveLength(6);
  decide(options, JSON.parse(`{${decisions}}`));
  expect(await told({ ...options, dryRun: true })).toContain(
    'would be removed: 2 series of an earlier import (4 slices), 2 × your decision.',
  );
  expect(await told(options)).toContain(
    'is removed: 2 series of an earlier import (4 slices), 2 × your decision.',
  );
  expect(rowsIn(options).map(({ patient }) => patient)).not.toContain(gone);
  expect(filesBelow(options.output)).toHaveLength(2);
  expect(await told(options)).not.toContain('earlier import');
});

test('patients of a hospital that is not imported this time are not said to be missing in the table', async () => {
  const options = tabled('patient,hospital,label\n1,JM,low\n2,SY,low\n');
  await importStage({ ...options, hospital: 'JM' }, silentContext());
  const said = await told({ ...options, hospital: 'SY' });
  expect(said).toContain('Not among these files, and left as it is: 2 series');
  expect(said).not.toContain('any more');
});

test('slices that stay under another label than the table has are told', async () => {
  const options = tabled('patient,hospital,label\n1,JM,low\n2,JM,low\n');
  await importStage(options, silentContext());
  for (const name of readdirSync(options.root).filter((one) => !one.startsWith('portal')))
    renameSync(join(options.root, name), join(options.root, '..', name));
  writeFileSync(options.table ?? '', 'patient,hospital,label\n1,JM,high\n2,JM,high\n');
  const said = await told(options);
  expect(said).toMatch(
    /Of another label .* 2 series of an earlier import \(4 slices\), of 2 patients, such as JM-\d+, A as low, now high\. Import/,
  );
  expect(said).not.toContain('any more');
});
