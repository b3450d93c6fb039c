// What an import that was killed, or that failed, leaves in the data root: the next one takes it away, whatever it imports itself.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ImportedSlice, importFiles, readImported } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import type { MadeUp } from '@radweave/importing/testing/made-up';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
import { filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

type Options = ReturnType<typeof optionsIn>;

/** A finished import of two series of one patient. */
async function imported(): Promise<{ folder: string; options: Options; arterial: ImportedSlice }> {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  writeSeries(folder, 'portal', 3);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const arterial = readImported(importFiles(options.records).table).find(({ modality }) => modality === 'A');
  if (arterial === undefined) throw new Error('no series A');
  return { folder, options, arterial };
}

/** Every slice that lies in the data root is in the table, and the other way round. */
function expectWhole({ output, records }: Options): void {
  const listed = readImported(importFiles(records).table).map(({ file }) => join(output, file));
  expect(filesBelow(output).sort()).toEqual(listed.sort());
}

/** As SIGKILL leaves it when new slices of a series are in their place and their table is not written yet. */
function killBeforeTable({ output, records }: Options, { file, series }: ImportedSlice): void {
  const { done } = importFiles(records);
  for (const name of readdirSync(done)) if (name.startsWith(series)) rmSync(join(done, name));
  writeFileSync(join(done, '0123456789abcdef.begun'), dirname(file));
  writeFileSync(join(output, file), 'of another window');
}

/** Images of another patient. */
const OTHER: MadeUp = {
  [TAG.patientId]: ['LO', '9'],
  [TAG.seriesUid]: ['UI', '1.9'],
  [TAG.sopInstance]: ['UI', '1.9'],
};

const NEXT: Record<string, (options: Options, series: string, folder: string) => Partial<Options>> = {
  'the same command': () => ({}),
  'another modality': () => ({ modalities: ['P'] }),
  'a decision against the series': ({ records }, series) => {
    const { mapping } = importFiles(records);
    const text = readFileSync(mapping, 'utf8').replace(/^decisions:.*$/m, `decisions: {"${series}": "-"}`);
    writeFileSync(mapping, text);
    return {};
  },
  'another export': (_, __, folder) => {
    const other = join(folder, 'second');
    writeSeries(other, 'portal', 3, OTHER);
    return { root: join(other, 'export') };
  },
};

test.each(Object.entries(NEXT))(
  'a series that was replaced and is in no table, and then %s',
  async (_, next) => {
    const { folder, options, arterial } = await imported();
    killBeforeTable(options, arterial);
    const context = listening();
    await importStage({ ...options, ...next(options, arterial.series, folder) }, context);
    expectWhole(options);
    expect(context.said.join('\n')).toMatch(
      /Removed: 1 folder that an earlier import was writing when it was stopped \(HN\/grade0\/.*\/A\); its series is written again/,
    );
    expect(readdirSync(importFiles(options.records).done).filter((name) => !name.endsWith('.csv'))).toEqual(
      [],
    );
  },
);

test.each([
  ['slices half written', (patient: string) => join(patient, '.A.4194304-0123456789abcdef.tmp')],
  ['nothing', (patient: string) => patient],
])("the folder of a patient's earlier class that holds %s is removed", async (_, left) => {
  const { options, arterial } = await imported();
  const patient = dirname(dirname(join(options.output, arterial.file)));
  const other = patient.replace('grade0', 'grade7');
  for (const place of [patient, other]) mkdirSync(left(place), { recursive: true });
  mkdirSync(join(options.output, 'HN', 'grade5'));
  await importStage({ ...options, label: '1' }, silentContext());
  // That of a class is no patient, and may be somebody else's.
  expect(readdirSync(join(options.output, 'HN')).sort()).toEqual(['grade1', 'grade5']);
  expectWhole(options);
});

test('a patient of whom no series can be written has no folder', async () => {
  const { folder, options } = await imported();
  writeSeries(folder, 'arterial', 2, { ...OTHER, [TAG.bitsStored]: ['US', 20] });
  await expect(importStage(options, silentContext())).rejects.toThrow('not all series can be written');
  expect(readdirSync(join(options.output, 'HN', 'grade0'))).toHaveLength(1);
});

test('a file of somebody else in the folder of a patient that would stay behind is refused before', async () => {
  const { options, arterial } = await imported();
  const slice = join(options.output, arterial.file);
  const patient = dirname(dirname(slice));
  for (const name of ['note.txt', '.note', 'T2/1.png']) {
    const own = join(patient, name);
    mkdirSync(dirname(own), { recursive: true });
    writeFileSync(own, 'mine');
    await expect(importStage({ ...options, label: '1' }, silentContext())).rejects.toMatchObject({
      code: 'E_OTHER_FILE',
      where: join(patient, name.split('/')[0] ?? ''),
    });
    // Where the patient stays, so may the file.
    await importStage({ ...options, pixels: { ...options.pixels, size: 16 } }, silentContext());
    await importStage(options, silentContext());
    rmSync(join(patient, name.split('/')[0] ?? ''), { recursive: true });
  }
  expectWhole(options);
});

test('the empty folder of a patient goes with what the system left there, and stays with a hidden file of somebody', async () => {
  const { options, arterial } = await imported();
  const patient = dirname(dirname(join(options.output, arterial.file)));
  const [own, systems] = ['grade7', 'grade8'].map((name) => patient.replace('grade0', name)) as [
    string,
    string,
  ];
  for (const place of [own, systems]) mkdirSync(place, { recursive: true });
  for (const name of ['.DS_Store', '._A', 'Thumbs.db', 'desktop.ini']) writeFileSync(join(systems, name), '');
  writeFileSync(join(own, '.notes'), 'mine');
  await importStage(options, silentContext());
  expect(readdirSync(join(options.output, 'HN')).sort()).toEqual(['grade0', 'grade7']);
  expect(readFileSync(join(own, '.notes'), 'utf8')).toBe('mine');
});
