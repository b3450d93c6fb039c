import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { featurePath, readFeatureSet, SPLITS, writeNpy } from '@radweave/artifacts';
import { afterEachFileChange, copyTree, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';

test('features that are replaced are the old ones, the new ones or unfinished, whenever it is killed', async () => {
  const snapshots = tempDir();
  let watched = '';
  const restore = afterEachFileChange(() => {
    if (watched === '') return;
    const folder = watched;
    watched = '';
    copyTree(folder, join(snapshots, String(readdirSync(snapshots).length).padStart(3, '0')));
    watched = folder;
  });
  const { replaceFeatures } = await import('./replace.ts');
  const { readFeatureSource } = await import('./source.ts');
  const { isForeign } = await import('./foreign.ts');
  const { writeMadeUpFeatures, madeUpCohort } = await import('@radweave/study/testing/features');
  const { cohortConfig } = await import('@radweave/study/testing/cohort');
  const config = cohortConfig(tempDir());
  const { features_dir } = config.data;
  const old = madeUpCohort({ train: 2, val: 1, test: 1 });
  writeMadeUpFeatures(config, 'A', old, 4);
  const { sets } = readFeatureSource(features_dir, 'A');
  const replace = (): Promise<unknown> =>
    replaceFeatures(features_dir, 'A', async (temporary) => {
      const split = (name: 'train' | 'val' | 'test') => {
        writeNpy(join(temporary[name], 'grade0', 'new.npy'), { shape: [1, 4], data: new Float32Array(4) });
        const path = featurePath(features_dir, name, 'A', 0, 'new');
        const row = { patient_id: 'new', feature_path: path, label: 0, num_slices: 1 };
        const set = { ...sets[name], checkpoint: 'new.pth', patients: 1, slices: 1 };
        return { rows: [row], set };
      };
      return { train: split('train'), val: split('val'), test: split('test') };
    });
  watched = features_dir;
  await replace();
  watched = '';
  restore();
  const found = new Set<string>();
  for (const name of readdirSync(snapshots).sort()) {
    rmSync(features_dir, { recursive: true });
    copyTree(join(snapshots, name), features_dir);
    expect(isForeign(features_dir, 'A'), name).toBe(false);
    let state: string;
    try {
      const source = readFeatureSource(features_dir, 'A');
      state = SPLITS.map((split) => source.sets[split].checkpoint).join();
    } catch (error) {
      expect(error, name).toMatchObject({ code: 'E_NO_FEATURES' });
      state = 'unfinished';
    }
    found.add(state);
    await replace();
    expect(readFeatureSet(join(features_dir, 'test', 'features_A.json')).checkpoint, name).toBe('new.pth');
  }
  expect([...found]).toEqual(['A.pth,A.pth,A.pth', 'unfinished', 'new.pth,new.pth,new.pth']);
});
