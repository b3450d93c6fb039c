import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEachFileChange, copyTree, filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

test('importing: killed at any moment, the same command ends as it would have', async () => {
  let watched = '';
  const snapshots = tempDir();
  const restore = afterEachFileChange(() => {
    if (watched === '') return;
    const folder = watched;
    watched = '';
    copyTree(folder, join(snapshots, String(readdirSync(snapshots).length)), ['.radweave.lock']);
    watched = folder;
  });
  // After the functions of node:fs are watched.
  const { importStage } = await import('./import.ts');
  const { TAG } = await import('@radweave/importing/dicom/tags');
  const { madeUpDicom, madeUpSlice } = await import('@radweave/importing/testing/made-up');
  const { importFiles, readImported } = await import('@radweave/artifacts');
  const { silentContext } = await import('@radweave/study/context/events');
  const root = tempDir();
  const folder = join(tempDir(), 'study');
  const addSeries = (description: string, count: number): void => {
    for (let i = 0; i < count; i++) {
      const uid = `1.2.${description.length}`;
      const slice = madeUpSlice({
        [TAG.sopInstance]: ['UI', `${uid}.${i}`],
        [TAG.seriesUid]: ['UI', uid],
        [TAG.seriesDescription]: ['LO', description],
        [TAG.position]: ['DS', [0, 0, 5 * i]],
      });
      writeFileSync(join(root, `${description}${i}`), madeUpDicom(slice));
    }
  };
  const [output = '', records = '', secrets = ''] = ['raw', 'import', 'private'].map((name) =>
    join(folder, name),
  );
  const pixels = { window: 'soft', mr: 'zscore:3', pet: '10', size: 16, bits: 8, fit: 'pad' } as const;
  const who = { hospital: 'HN', label: '1', table: null, tableColumns: [], modalities: null };
  const options = {
    root,
    output,
    records,
    secrets,
    ...who,
    kind: 'dicom' as const,
    volumes: null,
    mask: null,
    keepsColour: false,
    threads: 1,
    dryRun: false,
    pixels,
  };
  const run = () => importStage(options, silentContext());
  mkdirSync(folder);
  addSeries('arterial', 2);
  addSeries('portal', 3);
  await run();
  const { mapping, table } = importFiles(records);
  const [a = '', p = ''] = ['A', 'P'].map(
    (name) => readImported(table).find((row) => row.modality === name)?.series,
  );
  writeFileSync(
    mapping,
    readFileSync(mapping, 'utf8').replace('decisions: {}', `decisions: {"${a}": P, "${p}": A}`),
  );
  addSeries('delayed', 1);
  watched = folder;
  await run();
  watched = '';
  restore();
  const state = () => ({
    table: readFileSync(table, 'utf8'),
    // Without half-written files: the process that wrote them, this one, has not ended.
    files: filesBelow(folder)
      .map((path) => relative(folder, path))
      .filter((path) => !/\.tmp(\/|$)/.test(path)),
  });
  const expected = state();
  expect(expected.files.filter((path) => path.endsWith('.png'))).toHaveLength(6);
  const moments = readdirSync(snapshots);
  expect(moments.length).toBeGreaterThan(10);
  for (const moment of moments) {
    rmSync(folder, { recursive: true });
    copyTree(join(snapshots, moment), folder);
    await run();
    expect(state(), moment).toEqual(expected);
  }
});
