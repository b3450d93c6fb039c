import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importFiles, readImported } from '@radweave/artifacts';
import { silentContext } from '@radweave/study/context/events';
import { listening } from '@radweave/study/testing/cohort';
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

test('fewer --modalities leave the others in place, and what a decision removes is counted with its reason', async () => {
  const folder = tempDir();
  writeSeries(folder, 'arterial', 2);
  writeSeries(folder, 'portal', 3);
  const options = optionsIn(folder);
  await importStage(options, silentContext());
  const { table, mapping } = importFiles(options.records);
  const slicesOf = (): string[] =>
    readImported(table).map(({ file }) => file.split('/').slice(1, 4).join('/'));
  const before = slicesOf();
  const again = async (more: Partial<typeof options>): Promise<string> => {
    const context = listening();
    await importStage({ ...options, ...more }, context);
    return context.said.join('\n');
  };
  expect(await again({ modalities: ['A'] })).toContain(
    'left as they are: 1 series of an earlier import (3 slices)',
  );
  expect(slicesOf()).toEqual(before);
  // With another label the place of P would be that of another class.
  expect(await again({ modalities: ['A'], label: '1' })).toMatch(
    /is removed: 1 series of an earlier import \(3 slices\), 1 × P .*not asked for/,
  );
  expect(new Set(slicesOf().map((file) => file.split('/')[0]))).toEqual(new Set(['grade1']));
  const id = readImported(table)[0]?.series ?? '';
  await again({ label: '1' });
  const decided = readFileSync(mapping, 'utf8').replace(/^decisions:.*$/m, `decisions: {"${id}": "-"}`);
  writeFileSync(mapping, decided);
  expect(await again({ label: '1', dryRun: true })).toContain('would be removed: 1 series');
  expect(slicesOf()).toHaveLength(5);
  expect(await again({ label: '1' })).toContain('(2 slices), 1 × your decision.');
  expect(slicesOf()).toHaveLength(3);
});
