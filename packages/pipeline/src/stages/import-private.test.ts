import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importFiles, lockFolder, privateFiles, readImported, readPseudonyms } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, onPosix, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

test('patients stand in the order of their pseudonyms, which is not that of their IDs', async () => {
  const folder = tempDir();
  const table = join(folder, 'patients.csv');
  const rows = ['1,HN,0,c', '2,HN,0,a', '3,HN,0,b'];
  writeFileSync(table, ['patient_id,hospital,label,pseudonym', ...rows].join('\n'));
  for (const id of [1, 2, 3]) {
    writeSeries(folder, `arterial${'!'.repeat(id)}`, 1, { [TAG.patientId]: ['LO', String(id)] });
  }
  const result = await importStage(
    optionsIn(folder, { table, hospital: null, label: null }),
    silentContext(),
  );
  const headings = readFileSync(result.sheet, 'utf8').match(/(?<=<h2>)\w(?=<)/g);
  expect(headings).toEqual(['a', 'b', 'c']);
});

test('hashes of UIDs are those of a key that lies with the pseudonyms, and none is used that is damaged', async () => {
  const hashes = async (): Promise<string[]> => {
    const folder = tempDir();
    writeSeries(folder, 'arterial', 1);
    const options = optionsIn(folder);
    await importStage(options, silentContext());
    const [row] = readImported(importFiles(options.records).table);
    const { uidKey } = privateFiles(options.secrets);
    writeFileSync(uidKey, '');
    await expect(importStage(options, silentContext())).rejects.toMatchObject({
      code: 'E_KEY',
      where: uidKey,
    });
    return [row?.study ?? '', row?.series ?? '', row?.instance ?? ''];
  };
  const all = [...(await hashes()), ...(await hashes())];
  expect(new Set(all).size).toBe(6);
  for (const one of all) expect(one).toMatch(/^[0-9a-f]{16}$/);
});

test('two imports do not write one table of pseudonyms at a time', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1);
  const options = optionsIn(folder);
  const lock = lockFolder(options.secrets, 'another import');
  for (const dryRun of [true, false]) {
    await expect(importStage({ ...options, dryRun }, silentContext())).rejects.toMatchObject({
      code: 'E_LOCKED',
    });
  }
  lock.release();
  await importStage(options, silentContext());
});

test('without the table of pseudonyms nobody is imported a second time', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const before = filesBelow(options.output);
  rmSync(options.secrets, { recursive: true });
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT',
    message: expect.stringContaining('patients would come in twice'),
  });
  expect(filesBelow(options.output)).toEqual(before);
});

test('a part of the name that is a word of rules too counts for them, and is written nowhere', async () => {
  const folder = tempDir();
  writeSeries(folder, 'late phase of ida', 1, { [TAG.patientName]: ['PN', 'Late^Ida'] });
  const context = listening();
  const options = optionsIn(folder);
  const { series } = await importStage(options, context);
  expect(series).toEqual([{ modality: 'D', patients: 1, series: 1, slices: 1 }]);
  const { mapping, sheet, table } = importFiles(options.records);
  for (const path of [mapping, sheet, table]) {
    const text = readFileSync(path, 'utf8').replaceAll(/^rules:\n( {2}.*\n)*/gm, '');
    expect(text).toContain('… phase of …');
    expect(text).not.toMatch(/\b(late|ida)\b/i);
  }
  expect(context.said.join('\n')).not.toMatch(/\b(late|ida)\b/i);
});

test.each<[what: string, tag: number, values: string[], told: RegExp | null]>([
  ['two birth dates', TAG.birthDate, ['19500101', '19600101'], /HN-\d{6}: one PatientID with 2 birth dates/],
  ['two institutions', TAG.institution, ['市一医院', 'SY'], /HN-\d{6}: one PatientID at 2 institutions/],
  ['one institution in two spellings', TAG.institution, ['SY Hospital', 'sy hospital'], null],
  ['one institution, or none', TAG.institution, ['SY', ''], null],
])('one ID with %s is warned of where it may be two people', async (_, tag, values, told) => {
  const folder = tempDir();
  for (const [i, value] of values.entries())
    writeSeries(folder, i === 0 ? 'arterial' : 'portal', 1, { [tag]: ['LO', value] });
  const context = listening();
  const { records } = optionsIn(folder);
  await importStage(optionsIn(folder), context);
  const said = context.said.join('\n');
  if (told === null) expect(said).not.toContain('perhaps two people');
  else expect(said).toMatch(told);
  for (const path of filesBelow(records)) expect(readFileSync(path, 'utf8')).not.toContain(values[0]);
});

test('IDs that may be one patient are warned of while they are seen, also of an earlier import', async () => {
  const folder = tempDir();
  const options = optionsIn(folder);
  const told = async (...ids: string[]): Promise<string> => {
    for (const id of ids)
      writeSeries(folder, `arterial${'!'.repeat(id.length)}`, 1, { [TAG.patientId]: ['LO', id] });
    const context = listening();
    await importStage(options, context);
    return context.said.filter((text) => text.includes('pseudonyms do not show it')).join('\n');
  };
  expect(await told('0997')).toBe('');
  expect(await told('0998a')).toBe('');
  const said = await told('0998 b');
  const names = readPseudonyms(privateFiles(options.secrets).pseudonyms);
  const own = names.filter(({ original }) => original.startsWith('0998')).map(({ pseudonym }) => pseudonym);
  expect(said).toMatch(/^warning: 2 patients have IDs that differ in spelling or in a suffix alone/);
  for (const name of own) expect(said).toContain(name);
  expect(said).not.toMatch(/099[78]/);
});

onPosix('what leads back to patients is for nobody else to read, and lies apart', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  for (const path of Object.values(privateFiles(options.secrets)))
    expect(statSync(path).mode & 0o777).toBe(0o600);
  symlinkSync(options.output, join(folder, 'link'), 'junction');
  for (const place of [options.output, join(folder, 'link')]) {
    const inside = optionsIn(folder, { secrets: join(place, 'private') });
    const refused = { code: 'E_IMPORT', exitCode: 2 };
    await expect(importStage(inside, silentContext())).rejects.toMatchObject(refused);
  }
});
