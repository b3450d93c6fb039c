import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { privateFiles, readCohort, readPseudonyms } from '@radweave/artifacts';
import { filesBelow, needShared, peersPython, peerTest, pythonJson, tempDir } from '@radweave/testkit';
import { expect } from 'vitest';
import { MAKE_ARCHIVES } from './import-to-report.test.data.ts';

const BIN = fileURLToPath(new URL('../bin/radweave.mjs', import.meta.url));
const MODALITIES = ['FLAIR', 'T1C'];

function radweave(folder: string, ...args: string[]): string {
  const done = spawnSync(process.execPath, [BIN, ...args, '--json', '--quiet'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(done.stderr).not.toMatch(/Error|bug/);
  expect(done.status).toBe(0);
  return done.stdout;
}

/** Hashes of the pixels of each PNG file, as PIL reads them. */
const HASH_PIXELS = `
import hashlib, json, sys
import numpy as np
from PIL import Image
print(json.dumps({path: hashlib.sha256(np.asarray(Image.open(path)).tobytes()).hexdigest() for path in json.load(sys.stdin)}))`;

peerTest(
  'the archives of two hospitals go through import and the whole job',
  ['pydicom', 'openjpeg', 'highdicom', 'nibabel', 'openpyxl'],
  (context) => {
    const folder = tempDir();
    const source = needShared(context, 'data/lgg-lesion');
    mkdirSync(join(folder, 'export'));
    const expected = pythonJson<Record<string, string[]>>(MAKE_ARCHIVES, {
      args: [source, join(folder, 'export'), '32'],
      interpreter: peersPython(),
    });
    const flags = ['--table', '患者.xlsx', '--output', 'raw', '--mask_slices', 'area:1', '--size', '32'];
    const result: unknown = JSON.parse(radweave(folder, 'import', 'dicom', 'export', ...flags));
    expect(result).toMatchObject({
      written: 20,
      left_out: {
        'a localizer': 10,
        'a secondary capture: a picture of a screen or a scanned page': 10,
      },
      // Four of the five slices show the lesion.
      series: MODALITIES.map((modality) => ({ modality, patients: 10, series: 10, slices: 40 })),
    });
    const names = readPseudonyms(privateFiles(join(folder, 'import-private')).pseudonyms);
    expect(names.map(({ hospital, original }) => `${hospital} ${original}`).sort()).toEqual([
      ...[1, 2, 3, 4, 5, 6].map((number) => `JM ${number}`),
      ...[1, 2, 3, 4].map((number) => `SY ${number}`),
    ]);
    const classOf = ({ original }: { original: string }): string =>
      Number(original) % 2 === 1 ? '恶性' : '良性';
    const input = JSON.stringify(filesBelow(join(folder, 'raw')));
    const hashOf = pythonJson<Record<string, string>>(HASH_PIXELS, { input, interpreter: peersPython() });
    for (const one of names) {
      for (const modality of MODALITIES) {
        const place = join(folder, 'raw', one.hospital, classOf(one), one.pseudonym, modality);
        const hashes = filesBelow(place).map((path) => hashOf[path]);
        expect(hashes).toEqual(expected[`${one.hospital} ${one.original} ${modality}`]);
      }
    }
    for (const path of filesBelow(join(folder, 'import')))
      expect(readFileSync(path, 'utf8'), path).not.toMatch(/张|19500101|I\d{6}/);
    const sets = [
      'model.name=mobilenetv3_small_100',
      'model.pretrained=false',
      'training.epochs=1',
      'training.precision=fp32',
      'data.image_size=32',
      'data.modalities=[FLAIR, T1C]',
      'data.home_hospital=JM',
    ];
    radweave(folder, 'run', '--root_dir', 'raw', '--labels', '良性', '恶性', '--set', ...sets);
    const { patients } = readCohort(join(folder, 'data/splits/cohort.csv'));
    const found = patients.map(({ patient, hospital, label, label_name }) =>
      [patient, hospital, label, label_name].join(' '),
    );
    const said = names.map(({ pseudonym, hospital, original }) => {
      const label = Number(original) % 2;
      return [pseudonym, hospital, label, label === 1 ? '恶性' : '良性'].join(' ');
    });
    expect(found.sort()).toEqual(said.sort());
    const report = readFileSync(join(folder, 'outputs/feature_extract/report/report.html'), 'utf8');
    expect(report).toContain('Grad-CAM, modality T1C');
    expect(report).toContain('恶性');

    // One name for the key column, in every table that the whole job leaves.
    const tables = filesBelow(folder).filter((path) => path.endsWith('.csv'));
    const columns = tables.map((path) => readFileSync(path, 'utf8').split(/\r?\n/, 1)[0]?.split(',') ?? []);
    const others = columns
      .flat()
      .filter((name) => /^(the )?(patients?|subject|id|patient.?(id|name))$/i.test(name));
    expect(new Set(others)).toEqual(new Set(['patient_id']));
    expect(columns.filter((names) => names.includes('patient_id')).length).toBeGreaterThan(20);
  },
);
