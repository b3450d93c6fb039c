import { createModel, type ImageModel } from '@radweave/models';
import { classMaps } from '@radweave/network/explain/class-maps';
import { Canvas } from '@radweave/phantom/canvas';
import { scanPatient } from '@radweave/phantom/cohort';
import { lesionOutline } from '@radweave/phantom/lesion';
import { scannerOf } from '@radweave/phantom/scanner';
import { grown } from '@radweave/phantom/shapes';
import { cloudTexture } from '@radweave/phantom/texture';
import { auc } from '@radweave/stats';
import { F, fromTypedArray, manualSeed, optim, type Tensor, tidy } from '@radweave/torch';
import { expect, test } from 'vitest';

const SIDE = 64;
const SEED = 1;
/** As the demo has it. */
const MAPS = { layer: 'layer1', method: 'hirescam' } as const;
/** In mm: the blood that drains from the rim is part of the sign. */
const AROUND = 10;

/** A slice of a phantom patient in the arterial phase, and where its lesion is. */
interface Shown {
  label: number;
  pixels: Float32Array;
  near: Float32Array;
}

function patients(name: string, count: number, hospital = 'JM', place = 0): Shown[] {
  const scanner = scannerOf(SEED, hospital, place);
  const texture = cloudTexture(SEED, 'tissue');
  const options = { seed: SEED, size: SIDE, slicesPerModality: 1, patientsPerHospital: 2 };
  return Array.from({ length: count }, (_, i) => {
    const patient = { patient: `${name}${i}`, hospital, label: i % 2, modalities: ['A'] as const };
    const [slice] = scanPatient(patient, options, scanner, texture);
    if (slice === undefined) throw new Error('a patient has a slice');
    const { anatomy, pixels, z } = slice;
    const canvas = new Canvas(SIDE, scanner.fieldOfView, anatomy.pose);
    return {
      label: patient.label,
      pixels: Float32Array.from(pixels, (value) => value / 127.5 - 1),
      near: canvas.mask(grown(lesionOutline(anatomy.lesion, z), AROUND)),
    };
  });
}

function batchOf(slices: readonly Shown[]): Tensor {
  const values = new Float32Array(slices.length * SIDE * SIDE);
  for (const [i, { pixels }] of slices.entries()) values.set(pixels, i * SIDE * SIDE);
  return fromTypedArray(values, [slices.length, 1, SIDE, SIDE]);
}

function trained(slices: readonly Shown[], epochs: number): ImageModel {
  manualSeed(SEED);
  const model = createModel('resnet18', { numClasses: 2, inChans: 1, imageSize: SIDE, zeroInitLast: false });
  const optimizer = new optim.AdamW(model.parameters(), { lr: 5e-4 });
  for (let step = 0; step < (epochs * slices.length) / 8; step++) {
    tidy(() => {
      const from = (8 * step) % slices.length;
      const batch = slices.slice(from, from + 8);
      const labels = BigInt64Array.from(batch, ({ label }) => BigInt(label));
      F.crossEntropy(model.call(batchOf(batch)), fromTypedArray(labels, [batch.length])).backward();
      optimizer.step();
      optimizer.zeroGrad();
    });
  }
  model.eval().requiresGrad_(false);
  return model;
}

/** The share of a map, or of the area where there is none, that lies near the lesion. */
function shareNear({ near }: Shown, map: Float32Array = new Float32Array(near.length).fill(1)): number {
  let [inside, all] = [0, 0];
  for (const [i, value] of map.entries()) {
    inside += value * (near[i] ?? 0);
    all += value;
  }
  return inside / all;
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** How well the model tells the grades apart. */
function areaOf(model: ImageModel, slices: readonly Shown[]): number | null {
  const explained = slices.map(() => 1);
  const { probabilities } = classMaps(model, batchOf(slices), MAPS, explained);
  const scores = slices.map((_, i) => probabilities[2 * i + 1] ?? Number.NaN);
  return auc(
    slices.map(({ label }) => label),
    scores,
  ).value;
}

// Elsewhere the phantom's grades are alike. Grad-CAM of the same layer has its largest value there in one map of twenty.
test('maps of unseen phantom patients are hottest on the lesion, the only place that tells the grades apart', () => {
  const model = trained(patients('train', 160), 8);
  const unseen = patients('unseen', 40);
  const { maps, probabilities } = classMaps(
    model,
    batchOf(unseen),
    MAPS,
    unseen.map(() => 1),
  );
  const right = unseen.flatMap((slice, i) => {
    const map = maps[i];
    const isRight = (probabilities[2 * i + 1] ?? 0) >= 0.5 === (slice.label === 1);
    return map !== undefined && isRight ? [{ slice, map, peak: Math.max(...map) }] : [];
  });
  expect(right.length).toBeGreaterThan(28);
  const positive = right.filter(({ slice }) => slice.label === 1);
  // A map that is cut off everywhere is for slices of the other grade: there, little speaks for this one.
  for (const { peak } of positive) expect(peak).toBeGreaterThan(0);
  const negative = right.filter(({ slice }) => slice.label === 0);
  expect(mean(negative.map(({ peak }) => peak))).toBeLessThan(0.8 * mean(positive.map(({ peak }) => peak)));
  const onSign = ({ slice, map, peak }: (typeof right)[number]): boolean =>
    (slice.near[map.indexOf(peak)] ?? 0) >= 0.5;
  expect(positive.filter(onSign).length).toBeGreaterThan((2 / 3) * positive.length);
  const onMaps = mean(positive.map(({ slice, map }) => shareNear(slice, map)));
  const byArea = mean(positive.map(({ slice }) => shareNear(slice)));
  expect(onMaps).toBeGreaterThan(2 * byArea);
  // The sign is that of patients whom other scanners show, too.
  const external = ['SY', 'ZS'].flatMap((hospital, i) => patients('external', 40, hospital, i + 1));
  expect(areaOf(model, external)).toBeGreaterThan(0.7);
});
