import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { TAG } from '../dicom/tags.ts';
import { type MadeUp, madeUpDicom, madeUpSlice } from '../testing/made-up.ts';
import { type Image, readImage } from './image.ts';

function read(more: MadeUp): Image | string {
  const path = join(tempDir(), 'file');
  writeFileSync(path, madeUpDicom(madeUpSlice(more)));
  return readImage(path, 'key');
}

const ofClass = (uid: string): MadeUp => ({ [TAG.sopClass]: ['UI', `1.2.840.10008.5.1.4.1.1.${uid}`] });
const ofType = (...words: string[]): MadeUp => ({ [TAG.imageType]: ['CS', words.join('\\')] });

test.each<[reason: string, more: MadeUp]>([
  ['a secondary capture: a picture of a screen or a scanned page', ofClass('7')],
  ['a secondary capture: a picture of a screen or a scanned page', ofClass('7.2')],
  ['a report, or the key images of one', ofClass('88.67')],
  ['a segmentation', ofClass('66.4')],
  ['contours (RTSTRUCT)', ofClass('481.3')],
  ['a presentation state: how images are shown', ofClass('11.1')],
  ['a DICOMDIR: the files below are read, not their directory', { [TAG.directory]: ['SQ', []] }],
  ['a localizer', ofType('ORIGINAL', 'PRIMARY', 'LOCALIZER')],
  ['a localizer', ofType('ORIGINAL', 'PRIMARY', 'SCOUT', 'ADD')],
  ['a summary or dose page', ofType('DERIVED', 'SECONDARY', 'REF_SURVIEW')],
  ['a summary or dose page', ofType('DERIVED', 'SECONDARY', 'SCREEN SAVE')],
  ['computed from a whole volume', ofType('DERIVED', 'SECONDARY', 'PROJECTION IMAGE')],
  ['computed from a whole volume', ofType('DERIVED', 'PRIMARY', 'MIP')],
  ['a mosaic of slices, which is not taken apart', ofType('ORIGINAL', 'PRIMARY', 'M', 'ND', 'MOSAIC')],
  ['PatientID is missing: nobody can say where it belongs', { [TAG.patientId]: ['LO', ''] }],
  ['SOPInstanceUID is missing: nobody can say where it belongs', { [TAG.sopInstance]: ['UI', ''] }],
  ['no image', { [TAG.rows]: ['US', []] }],
])('left out: %s', (reason, more) => {
  expect(read(more)).toBe(reason);
});

test.each([
  ['of a 3D sequence', ['ORIGINAL', 'PRIMARY', 'M', 'ND', 'DIS3D']],
  ['reformatted', ['DERIVED', 'SECONDARY', 'REFORMATTED', 'AVERAGE']],
  ['converted', ['DERIVED', 'SECONDARY']],
])('not left out: %s', (_, words) => {
  expect(read(ofType(...words))).toHaveProperty('series');
});

test('an image that declares more frames than it describes is refused', () => {
  const elements: MadeUp = { [TAG.frames]: ['IS', '3'], [TAG.frameGroups]: ['SQ', [{}, {}]] };
  expect(() => read(elements)).toThrow('frames declared: 3, described: 2');
});

test.each(['two', '0', '-1', '1.5', '1,0'])('an image of %s frames is refused', (said) => {
  const elements: MadeUp = { [TAG.frames]: ['IS', said] };
  expect(() => read(elements)).toThrow(`NumberOfFrames is no whole number above 0 (${said})`);
});

test('a long header is read whole, wherever the part that is read first ends', () => {
  for (let filler = 65_160; filler < 65_540; filler += 2) {
    const image = read({ 593936: ['OB', Buffer.alloc(filler)] });
    expect(image, String(filler)).toMatchObject({ rows: 12, columns: 16, patientId: 'HN-1' });
  }
});

test('agent, time after the injection, kernel and sequence are facts for the rules', () => {
  const image = read({
    [TAG.contrastAgent]: ['LO', 'Iohexol'],
    [TAG.contrastStart]: ['TM', '235950'],
    [TAG.acquisitionTime]: ['TM', '000020.5'],
    [TAG.kernel]: ['SH', 'B30f'],
    [TAG.scanningSequence]: ['CS', 'SE\\IR'],
    [TAG.protocolName]: ['LO', 'Abdomen'],
  });
  expect(image).toMatchObject({
    facts: {
      contrast: true,
      delay: 30.5,
      kernel: 'B30f',
      sequence: 'SE\\IR',
      description: 'Abdomen',
      odd: '',
    },
  });
  const none = read({ [TAG.contrastAgent]: ['LO', 'NONE'], [TAG.acquisitionTime]: ['TM', '101010'] });
  expect(none).toMatchObject({ facts: { contrast: false, delay: null } });
});

test.each([
  ['CT', '', ''],
  ['CT', 'YES', 'the file says that text is burnt into the pixels'],
  ['US', '', 'US devices (unknown maker) often burn text into the pixels'],
  ['US', 'NO', ''],
])('text in the pixels of %s that says %j: %j', (type, said, expected) => {
  const image = read({ [TAG.modality]: ['CS', type], [TAG.burntIn]: ['CS', said] });
  expect(image).toMatchObject({ facts: { odd: expected } });
});
