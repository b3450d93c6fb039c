import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile, readCohort, readExclusions } from '@radweave/artifacts';
import { decodeSlice, readSliceFile } from '@radweave/imaging';
import { Canvas } from '@radweave/phantom/canvas';
import {
  generatePhantomCohort,
  type PhantomOptions,
  type PhantomSlice,
  scanPatient,
} from '@radweave/phantom/cohort';
import { drawLesion, lesionOutline } from '@radweave/phantom/lesion';
import { scannerOf } from '@radweave/phantom/scanner';
import { blob } from '@radweave/phantom/shapes';
import { cloudTexture } from '@radweave/phantom/texture';
import type { Phase } from '@radweave/phantom/tissue';
import { spineAt } from '@radweave/phantom/wall';
import { auc, Random } from '@radweave/stats';
import { cohortConfig, listening } from '@radweave/study/testing/cohort';
import { filesBelow, tempDir } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { audit } from './audit.ts';
import { preprocess } from './preprocess.ts';

const options: PhantomOptions = { seed: 7, patientsPerHospital: 6, slicesPerModality: 2, size: 64 };

/** Hashes by path below the root. */
function content(root: string): Record<string, string> {
  return Object.fromEntries(filesBelow(root).map((path) => [path.slice(root.length), hashFile(path)]));
}

test('the same seed gives the same files, another seed others', () => {
  const [first, again, other] = [tempDir(), tempDir(), tempDir()];
  const { patients, slices } = generatePhantomCohort(first, options);
  generatePhantomCohort(again, options);
  generatePhantomCohort(other, { ...options, seed: 8 });
  expect(content(again)).toEqual(content(first));
  const hashes = Object.values(content(first));
  expect(new Set(hashes).size).toBe(hashes.length);
  // Thumbs.db, and each hospital's mark.
  expect(Object.values(content(other)).filter((hash) => hashes.includes(hash))).toHaveLength(4);
  expect(patients).toHaveLength(18);
  expect(patients.filter(({ label }) => label === 1)).toHaveLength(9);
  expect(slices).toBe(18 * 2 * 2 - 2);
});

test('preprocess takes it as it is, and finds what is not tidy', async () => {
  const config = cohortConfig(tempDir());
  config.data.image_size = 64;
  const root = config.data.root_dir ?? '';
  generatePhantomCohort(root, options);
  expect(filesBelow(root)).toContain(
    join(root, 'SY', `grade${gradeOf(root, 'SY001')}`, 'SY001', 'P', 'SY001_p_slice_002.png'),
  );
  const { summary } = await preprocess({ config }, listening());
  const { patients } = readCohort(join(config.data.splits_dir, 'cohort.csv'));
  expect(patients).toHaveLength(17);
  expect(new Set(patients.map(({ hospital }) => hospital))).toEqual(new Set(['JM', 'SY', 'ZS']));
  expect(readExclusions(join(config.data.splits_dir, 'exclusions.csv'))).toMatchObject([
    { patient: 'JM006' },
  ]);
  expect(summary.files).toMatchObject({ 'file that is no PNG': 1 });
});

test('a hospital is synthetic as long as the phantom made all of its patients', async () => {
  const config = cohortConfig(tempDir());
  config.data.image_size = 64;
  const root = config.data.root_dir ?? '';
  generatePhantomCohort(root, options);
  expect((await preprocess({ config }, listening())).summary.synthetic).toEqual(['JM', 'SY', 'ZS']);
  const own = join(root, 'SY', `grade${gradeOf(root, 'SY001')}`);
  renameSync(join(own, 'SY001'), join(own, 'Meyer'));
  expect((await preprocess({ config }, listening())).summary.synthetic).toEqual(['JM', 'ZS']);
  for (const hospital of ['JM', 'ZS']) rmSync(join(root, hospital, '.radweave-phantom'));
  expect((await preprocess({ config }, listening())).summary).not.toHaveProperty('synthetic');
});

test('no two patients look like copies of each other to the audit', async () => {
  const config = cohortConfig(tempDir());
  config.data.image_size = 112;
  // As many at home as the demo has: of so many, two are alike sooner.
  const cohort = { seed: 3, homePatients: 300, patientsPerHospital: 10, slicesPerModality: 2, size: 112 };
  generatePhantomCohort(config.data.root_dir ?? '', cohort);
  await preprocess({ config }, listening());
  const { findings } = await audit(
    {
      ...{ config, modalities: ['A', 'P'], strict: false, nearDuplicateDistance: 4, pixels: true },
      ...{ dataOnly: true, outputDir: join(config.experiment.output_dir, 'audit') },
    },
    listening(),
  );
  expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  // Well below the audit's limit of 0.95, so that other seeds stay below it.
  const similar = findings.flatMap(({ cases }) => cases.map(({ correlation }) => correlation ?? 0));
  expect(Math.max(...similar)).toBeLessThan(0.92);
});

function gradeOf(root: string, patient: string): string {
  const path = filesBelow(root).find((file) => file.includes(patient)) ?? '';
  return /grade(\d)/.exec(path)?.[1] ?? '';
}

test('scanners differ: noise, sharpness and the share of the image that the body fills', () => {
  const root = tempDir();
  generatePhantomCohort(root, { ...options, size: 224, slicesPerModality: 1 });
  const measure = (hospital: string): { grain: number; body: number } => {
    const images = filesBelow(join(root, hospital))
      .filter((path) => path.endsWith('.png'))
      .map((path) => decodeSlice(readSliceFile(path), path));
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      grain: mean(images.map(({ pixels, width }) => roughness(pixels, width))),
      body: mean(images.map(({ pixels }) => pixels.filter((value) => value > 20).length / pixels.length)),
    };
  };
  const [home, sharp, smooth] = [measure('JM'), measure('SY'), measure('ZS')];
  expect(sharp.grain).toBeGreaterThan(1.2 * home.grain);
  expect(home.grain).toBeGreaterThan(1.2 * smooth.grain);
  expect(smooth.body).toBeGreaterThan(1.05 * sharp.body);
});

/** Mean difference between neighbours in the middle of the image. */
function roughness(pixels: Uint8Array | Uint16Array, width: number): number {
  let sum = 0;
  for (let y = 80; y < 120; y++) {
    for (let x = 50; x < 100; x++)
      sum += Math.abs((pixels[y * width + x] ?? 0) - (pixels[y * width + x + 1] ?? 0));
  }
  return sum / 2000;
}

/** Mean and standard deviation of the pixels in a mask. */
function spread(pixels: Uint8Array, mask: Float32Array): { mean: number; sd: number } {
  const values = [...pixels].filter((_, i) => (mask[i] ?? 0) > 0.9);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, sd };
}

test('the aorta is bright in A and dimmer in P; no single number of the lesion tells the grades apart', () => {
  const size = 112;
  const scanner = scannerOf(7, 'JM', 0);
  const texture = cloudTexture(7, 'tissue');
  const inLesion = { A: [] as number[], P: [] as number[] };
  const roughLesion = { A: [] as number[], P: [] as number[] };
  const aorta = { A: [] as number[], P: [] as number[] };
  const labels: number[] = [];
  const look = ({ modality, pixels, anatomy, z }: PhantomSlice): void => {
    const canvas = new Canvas(size, scanner.fieldOfView, anatomy.pose);
    const lesion = spread(pixels, canvas.mask(lesionOutline(anatomy.lesion, z)));
    inLesion[modality].push(lesion.mean);
    roughLesion[modality].push(lesion.sd);
    aorta[modality].push(spread(pixels, canvas.mask(blob(8, spineAt(anatomy) - 28, 7, 7))).mean);
  };
  for (let i = 0; i < 80; i++) {
    const label = i % 2;
    labels.push(label);
    const patient = { patient: `T${i}`, hospital: 'JM', label, modalities: ['A', 'P'] as const };
    for (const slice of scanPatient(patient, { ...options, size, slicesPerModality: 1 }, scanner, texture))
      look(slice);
  }
  // Some lie beside the field of view.
  const seen = [...aorta.A.keys()].filter((i) => Number.isFinite(aorta.A[i]) && Number.isFinite(aorta.P[i]));
  expect(seen.length).toBeGreaterThan(40);
  for (const i of seen) expect(aorta.A[i] ?? 0).toBeGreaterThan((aorta.P[i] ?? 0) + 20);
  for (const phase of ['A', 'P'] as const) {
    const area = auc(labels, inLesion[phase]).value ?? Number.NaN;
    expect(Math.max(area, 1 - area), `mean intensity in ${phase}`).toBeLessThan(0.9);
    const rough = auc(labels, roughLesion[phase]).value ?? Number.NaN;
    expect(rough, `heterogeneity in ${phase}`).toBeGreaterThan(0.75);
    expect(rough, `heterogeneity in ${phase}`).toBeLessThan(0.99);
  }
});

test('each phase tells as much of the grade as the other, and both together more', () => {
  const labels = Array.from({ length: 4000 }, (_, i) => i % 2);
  const lobe = blob(-72, -6, 70, 74);
  const rims = labels.map((label, i) => drawLesion(new Random(7, `lesion/${i}`), label, lobe).rim);
  const areaOf = (signs: number[]): number => auc(labels, signs).value ?? Number.NaN;
  // Φ(2.4 / √2), to two standard errors.
  expect(Math.abs(areaOf(rims.map(({ A }) => A)) - 0.955)).toBeLessThan(0.007);
  expect(Math.abs(areaOf(rims.map(({ P }) => P)) - 0.955)).toBeLessThan(0.007);
  expect(areaOf(rims.map(({ A, P }) => A + P))).toBeGreaterThan(0.99);
});

test('refuses cohorts that cannot be', () => {
  const root = tempDir();
  expect(() => generatePhantomCohort(root, { ...options, patientsPerHospital: 1 })).toThrow(
    /at least 2 patients/,
  );
  const name: string = 'V';
  const unknown = { ...options, modalities: [name as Phase] };
  expect(() => generatePhantomCohort(root, unknown)).toThrow(/no modality 'V'\. Choose from A, P/);
});
