// What an import asks instead of guessing, the dry run that shows it, and what it keeps.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DataError, importFiles, readImported } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { type MadeUp, madeUpDicom, madeUpSlice } from '@radweave/importing/testing/made-up';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

test('hospitals that number patients and series alike are imported apart; the same images of another patient are a question', async () => {
  const folder = tempDir();
  const export1 = { ...optionsIn(folder), hospital: 'HN', root: join(folder, 'one') };
  const export2 = { ...export1, hospital: 'CS', root: join(folder, 'two') };
  for (const [{ root }, uid] of [
    [export1, '1.7'],
    [export2, '1.8'],
  ] as const) {
    mkdirSync(root);
    for (let i = 0; i < 2; i++) {
      const slice = madeUpSlice({
        [TAG.sopInstance]: ['UI', `${uid}.${i}`],
        [TAG.seriesUid]: ['UI', '1'],
        [TAG.seriesDescription]: ['LO', 'arterial'],
        [TAG.position]: ['DS', [0, 0, 5 * i]],
      });
      writeFileSync(join(root, String(i)), madeUpDicom(slice));
    }
  }
  const slices = [{ modality: 'A', patients: 1, series: 1, slices: 2 }];
  expect(await importStage(export1, silentContext())).toMatchObject({ written: 1, series: slices });
  expect(await importStage(export2, silentContext())).toMatchObject({ written: 1, series: slices });
  expect(await importStage(export1, silentContext())).toMatchObject({ written: 0, unchanged: 1 });
  expect(filesBelow(export1.output)).toHaveLength(4);
  await expect(importStage({ ...export1, hospital: 'DU' }, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    message: expect.stringMatching(/or were another patient's\n.*DU-\d+, A: .* that of HN-\d+/),
  });
  expect(filesBelow(export1.output)).toHaveLength(4);
});

test('what is not clear stops with a list, and a rule settles it', async () => {
  const folder = tempDir();
  writeSeries(folder, 'Abdomen', 2);
  writeSeries(folder, 'arterial thin', 2);
  writeSeries(folder, 'arterial', 2);
  const options = optionsIn(folder);
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    exitCode: 3,
    message: expect.stringMatching(
      /it is not clear which modality 3 of 3 series are\n.*'Abdomen' \(CT, axial; \d slices? of 16×12\): no rule fits\n.*'arterial.*as 1 more of this patient/s,
    ),
  });
  expect(existsSync(options.output) ? filesBelow(options.output) : []).toEqual([]);
  const { mapping } = importFiles(options.records);
  const rules = ["{ modality: P, description: '^abdomen$' }", "{ modality: '-', description: thin }"];
  writeFileSync(
    mapping,
    readFileSync(mapping, 'utf8').replace('rules:\n', () => `rules:\n  - ${rules.join('\n  - ')}\n`),
  );
  const result = await importStage(options, silentContext());
  expect(result.series.map(({ modality, slices }) => [modality, slices])).toEqual([
    ['-', 2],
    ['A', 2],
    ['P', 2],
  ]);
});

test('where no name settles a series the hint says so, and leaving it out does', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2, { [TAG.position]: ['DS', '0\\0,5\\1'] });
  const options = optionsIn(folder);
  const open = async (): Promise<DataError> => {
    const error = await importStage(options, silentContext()).catch((one: unknown) => one);
    if (!(error instanceof DataError)) throw error;
    return error;
  };
  const lost = await open();
  expect(lost.message).toMatch(/but ImagePositionPatient is no number, so nobody can say in which order/);
  expect(lost.hint).toMatch(/^A name does not settle .*: correct these files, or leave .* \("-"\)$/);
  writeSeries(folder, 'Abdomen', 2);
  const { hint } = await open();
  expect(hint).toMatch(
    /^Add a rule \(such as .*'\^Abdomen\$' \}\) or a decision there \(a name.*\. A name does not settle /,
  );
  writeSeries(folder, 'portal', 1);
  const { mapping } = importFiles(options.records);
  const rules = ["{ modality: '-', description: arterial }", "{ modality: '-', description: abdomen }"];
  writeFileSync(
    mapping,
    readFileSync(mapping, 'utf8').replace('rules:\n', () => `rules:\n  - ${rules.join('\n  - ')}\n`),
  );
  expect(await importStage(options, silentContext())).toMatchObject({ written: 1 });
});

test('several examinations of a patient are a question that names them by date, and a rule takes one of each patient', async () => {
  const folder = tempDir();
  const writeVisit = (id: string, date: string): void => {
    const name = `arterial ${id}${'x'.repeat(Number(date.at(-1)))}`;
    const visit: MadeUp = {
      [TAG.patientId]: ['LO', id],
      [TAG.studyUid]: ['UI', `1.2.${date}`],
      [TAG.studyDate]: ['DA', date],
    };
    writeSeries(folder, name, date.startsWith('2020') ? 2 : 3, visit);
  };
  for (const [id, date] of [
    ['P', '20210301'],
    ['P', '20200302'],
    ['QQQQ', '20210303'],
    ['QQQQ', '20200304'],
  ] as const)
    writeVisit(id, date);
  const options = optionsIn(folder);
  await expect(importStage(options, silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    message: expect.stringMatching(/(.*examination [12] of 2; .*as 1 more of this patient){4}/s),
  });
  const { mapping, table } = importFiles(options.records);
  writeFileSync(
    mapping,
    readFileSync(mapping, 'utf8').replace('rules:\n', "rules:\n  - { modality: '-', examination: -1 }\n"),
  );
  await importStage(options, silentContext());
  expect(readImported(table)).toHaveLength(4);
  const records = filesBelow(options.records).map((path) => readFileSync(path, 'utf8'));
  expect(records.join()).not.toMatch(/202[01]030/);
});

test('a dry run writes no slice and shows every series', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 3);
  const result = await importStage(optionsIn(folder, { dryRun: true, label: null }), silentContext());
  expect(result).toMatchObject({ output: null, files: 3, written: 0 });
  expect(existsSync(join(folder, 'raw'))).toBe(false);
  const html = readFileSync(result.sheet, 'utf8');
  expect(html.match(/<img/g)).toHaveLength(3);
  expect(html).toContain('arterial — CT, axial');
  // A pseudonym, of six digits, may begin as the ID does.
  expect(html).not.toMatch(/HN-1(?!\d)|Somebody/);
});

test('what is odd about many series in one way is told once', async () => {
  const folder = tempDir();
  const comma = (patient: string): MadeUp => ({
    [TAG.patientId]: ['LO', patient],
    [TAG.sopInstance]: ['UI', `1.2.${patient}`],
    [TAG.spacing]: ['DS', `0,5${patient}\\0,5${patient}`],
  });
  for (const [i, name] of ['arterial', 'art', 'arterial phase'].entries())
    writeSeries(folder, name, i + 1, comma(String(i)));
  writeSeries(folder, 'portal', 1, comma('0'));
  const context = listening();
  await importStage(optionsIn(folder), context);
  const why = String.raw`PixelSpacing is no number \(0,5\d\\0,5\d.*\), and not read; pixels are taken for squares\.$`;
  expect(context.said.filter((text) => text.includes('PixelSpacing'))).toEqual([
    expect.stringMatching(new RegExp(`series \\w+ and 2 more, with values of their own, of A: ${why}`)),
    expect.stringMatching(new RegExp(`series \\w+ of P: ${why}`)),
  ]);
});

test('slices that somebody else has put where an import writes are kept', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const [slice = ''] = filesBelow(options.output);
  const own = join(dirname(slice), 'P1_a_slice_001.png');
  writeFileSync(own, 'of the user');
  writeFileSync(join(dirname(slice), '.DS_Store'), '');
  const again = { ...options, pixels: { ...options.pixels, size: 16 } };
  await expect(importStage(again, silentContext())).rejects.toMatchObject({
    code: 'E_OTHER_FILE',
    exitCode: 2,
    where: own,
  });
  expect(readFileSync(own, 'utf8')).toBe('of the user');
  rmSync(own);
  expect(await importStage(again, silentContext())).toMatchObject({ written: 1 });
});
