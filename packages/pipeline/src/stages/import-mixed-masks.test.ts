// Masks of RTSTRUCT that refer to images of somebody else, and those that are there again.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importFiles, privateFiles, readImported } from '@radweave/artifacts';
import { TAG } from '@radweave/importing/dicom/tags';
import { type MadeUp, madeUpDicom } from '@radweave/importing/testing/made-up';
import { silentContext } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import type { ImportOptions } from '../work/import-options.ts';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

const MASK = { slices: 'largest', crop: null, name: null };
/** As anonymisers write it: one for all. */
const FRAME: MadeUp = { [TAG.frameOfReference]: ['UI', '1.2.9'] };
const SQUARE = [4, 4, 5, 8, 4, 5, 8, 8, 5, 4, 8, 5];

/** Two patients with a series each; a mask of each that refers to images of the patient who is named. */
function exported(refersTo: Readonly<Record<string, string>>): ImportOptions {
  const folder = tempDir();
  for (const id of ['1', '2']) {
    const ids: MadeUp = { [TAG.patientId]: ['LO', id], [TAG.studyUid]: ['UI', `1.${id}`] };
    const uid: MadeUp = { [TAG.sopInstance]: ['UI', `1.${id}.7`] };
    writeSeries(folder, id === '1' ? 'arterial' : 'art', 3, { ...FRAME, ...ids, ...uid });
    writeFileSync(join(folder, 'export', `mask-${id}`), madeUpDicom(maskOf(ids, refersTo[id] ?? '')));
  }
  return optionsIn(folder, { mask: MASK });
}

function maskOf(ids: MadeUp, other: string): MadeUp {
  const image: MadeUp = { [TAG.referencedInstance]: ['UI', `1.${other}.7.1`] };
  const series: MadeUp = { [TAG.seriesUid]: ['UI', '1.2.8'], [TAG.contourImages]: ['SQ', [image]] };
  const study: MadeUp = {
    [TAG.referencedInstance]: ['UI', `1.${other}`],
    [TAG.referencedSeriesOfStudy]: ['SQ', [series]],
  };
  const contour: MadeUp = {
    [TAG.contourType]: ['CS', 'CLOSED_PLANAR'],
    [TAG.contourPoints]: ['DS', SQUARE],
  };
  return {
    ...ids,
    [TAG.sopClass]: ['UI', '1.2.840.10008.5.1.4.1.1.481.3'],
    [TAG.sopInstance]: ['UI', '1.2.77'],
    [TAG.modality]: ['CS', 'RTSTRUCT'],
    [TAG.referencedFrames]: ['SQ', [{ ...FRAME, [TAG.referencedStudies]: ['SQ', [study]] }]],
    [TAG.regions]: ['SQ', [{ [TAG.regionNumber]: ['IS', '1'], [TAG.regionName]: ['LO', 'GTV'] }]],
    [TAG.regionContours]: [
      'SQ',
      [{ [TAG.referencedRegion]: ['IS', '1'], [TAG.contours]: ['SQ', [contour]] }],
    ],
  };
}

test('masks whose patients are mixed up stop the import, whatever their frame of reference', async () => {
  await expect(importStage(exported({ 1: '2', 2: '1' }), silentContext())).rejects.toMatchObject({
    code: 'E_IMPORT_OPEN',
    message: expect.stringMatching(
      /^2 masks refer to images of other patients alone\n.*- [0-9a-f]{16}, .*mask-1, of HN-(\d+): to images of HN-(\d+)\n.*mask-2, of HN-\2: to images of HN-\1 /,
    ),
  });
  // Images that are not among the files say nothing.
  for (const refersTo of [
    { 1: '1', 2: '2' },
    { 1: '8', 2: '9' },
  ])
    expect(await importStage(exported(refersTo), silentContext())).toMatchObject({ written: 2 });
});

test('a mask that is there again counts once, and is listed', async () => {
  const options = exported({ 1: '1', 2: '2' });
  cpSync(join(options.root, 'mask-1'), join(options.root, 'mask-1 (copy)'));
  expect(await importStage(options, silentContext())).toMatchObject({
    written: 2,
    leftOut: { 'the same mask in another file': 1 },
  });
  expect(readImported(importFiles(options.records).table)).toHaveLength(2);
  expect(readFileSync(privateFiles(options.secrets).leftOut, 'utf8')).toContain(
    '\nmask-1 (copy),,,the same mask in another file\n',
  );
});
