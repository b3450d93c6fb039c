import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentContext } from '@radweave/study/context/events';
import { tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { optionsIn, writeSeries } from './import.options.test.data.ts';
import { importStage } from './import.ts';

test('what a corrected label or modality empties is removed, and what holds anything else stays', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 1);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const below = (...parts: string[]): string[] => readdirSync(join(options.output, ...parts));
  const [patient = ''] = below('HN', 'grade0');
  await importStage({ ...options, label: '1' }, silentContext());
  expect(below('HN')).toEqual(['grade1']);
  expect(below('HN', 'grade1')).toEqual([patient]);
  writeFileSync(join(options.output, 'HN', 'grade1', patient, 'notes.txt'), 'mine');
  mkdirSync(join(options.output, 'HN', 'grade3'));
  await importStage({ ...options, label: '2' }, silentContext());
  expect(below('HN')).toEqual(['grade1', 'grade2', 'grade3']);
  expect(below('HN', 'grade1', patient)).toEqual(['notes.txt']);
});
