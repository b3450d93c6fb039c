import { join } from 'node:path';
import { needShared, peersPython, peerTest, pythonJson } from '@radweave/testkit';
import { expect, test } from 'vitest';
import { openWhole, parseFile } from '../dicom/open.ts';
import { TAG } from '../dicom/tags.ts';
import { pixelFormat } from '../pixels/format.ts';
import { decodeFrame } from '../pixels/frames.ts';
import type { Moment } from '../series/image.ts';
import { MADE_UP_PET, type MadeUp, madeUpDicom, madeUpSlice } from '../testing/made-up.ts';
import { grayOfColour } from './gray-of-colour.ts';
import { rescaled } from './rescale.ts';
import { suvFactor } from './suv.ts';
import { volumeRange } from './volume-range.ts';
import { grayOf, windowOf } from './window.ts';

test('windows by name and by numbers; black at the lower end, white at the upper, rounded', () => {
  expect(windowOf('soft')).toEqual({ low: -160, high: 240 });
  expect(windowOf('-600/1500')).toEqual({ low: -1350, high: 150 });
  for (const bad of ['sfot', '40/0', '40', 'soft,lung']) expect(() => windowOf(bad)).toThrow('--window');
  expect(() => windowOf('Lungs')).toThrow(/Did you mean 'lung'\?/);
  const values = Float32Array.from([-1000, -160, 40, 240, 3000, -158.43]);
  const range = windowOf('soft');
  expect([...grayOf(values, range, { bits: 8, inverted: false })]).toEqual([0, 0, 128, 255, 255, 1]);
  expect([...grayOf(values, range, { bits: 8, inverted: true })]).toEqual([255, 255, 127, 0, 0, 254]);
  expect([...grayOf(values, range, { bits: 16, inverted: false })].slice(2, 4)).toEqual([32768, 65535]);
});

test('the range of a volume is that of all of its slices, and of no other', () => {
  const slices = [
    Float32Array.from({ length: 100 }, (_, i) => i),
    Float32Array.from({ length: 100 }, (_, i) => 100 + i),
  ];
  const { low, high } = volumeRange(() => slices, { kind: 'percentiles', low: 1, high: 99 });
  // numpy.percentile(range(200), [1, 99], method='lower') is 1 and 197.
  expect([low, high]).toEqual([1, 197]);
  const around = volumeRange(() => slices, { kind: 'zscore', deviations: 2 });
  const deviation = Math.sqrt((200 ** 2 - 1) / 12);
  expect(around.low).toBeCloseTo(99.5 - 2 * deviation, 6);
  expect(around.high).toBeCloseTo(99.5 + 2 * deviation, 6);
  expect(volumeRange(() => [new Float32Array(5).fill(3)], { kind: 'percentiles', low: 1, high: 99 })).toEqual(
    {
      low: 3,
      high: 3,
    },
  );
});

test.each([1e6, -1e30, -3.4e38, Number.NaN])('one value of %s far away spoils no percentile', (far) => {
  const values = Float32Array.from({ length: 9999 }, (_, i) => Math.sin(i) / 3 - 0.1);
  const sorted = [...values, ...(Number.isNaN(far) ? [] : [Math.fround(far)])].sort((a, b) => a - b);
  const range = volumeRange(() => [values, Float32Array.of(far)], { kind: 'percentiles', low: 1, high: 99 });
  const at = (share: number): number | undefined => sorted[Math.floor(share * (sorted.length - 1))];
  expect(range).toEqual({ low: at(0.01), high: at(0.99) });
});

test('a volume of nothing but padding has no range', () => {
  const slices = () => [new Float32Array(4).fill(Number.NaN)];
  for (const rule of [
    { kind: 'percentiles', low: 1, high: 99 },
    { kind: 'zscore', deviations: 3 },
  ] as const) {
    expect(() => volumeRange(slices, rule)).toThrow('nothing but padding');
  }
});

test('SUV by body weight: decay to the scan, to the injection, across midnight; or the reason why not', () => {
  const factor = (more: MadeUp, acquired: readonly Moment[] = []): number =>
    suvFactor(parseFile(madeUpDicom({ ...madeUpSlice(), ...MADE_UP_PET, ...more })).dataset, acquired);
  const left = 370e6 * 2 ** (-3600 / 6586.2);
  expect(factor({})).toBeCloseTo(70_000 / left, 12);
  expect(factor({ [TAG.decayCorrection]: ['CS', 'ADMIN'] })).toBeCloseTo(70_000 / 370e6, 12);
  expect(factor({ [TAG.units]: ['CS', 'GML'] })).toBe(1);
  const night = { [TAG.seriesTime]: ['TM', '001500'], [TAG.acquisitionTime]: ['TM', '001500'] } as MadeUp;
  expect(factor(night)).toBeCloseTo(70_000 / (370e6 * 2 ** (-54_000 / 6586.2)), 9);
  const OWN = 0x70530000;
  const philips = (more: MadeUp): MadeUp => ({
    [TAG.units]: ['CS', 'CNTS'],
    [OWN + 0x0011]: ['LO', 'Philips PET Private Group'],
    ...more,
  });
  expect(factor(philips({ [OWN + 0x1100]: ['DS', '0.000555'] }))).toBe(0.000555);
  expect(factor(philips({ [OWN + 0x1100]: ['DS', '0'], [OWN + 0x1109]: ['DS', '2.5'] }))).toBeCloseTo(
    (2.5 * 70_000) / left,
    12,
  );
  const faults: [MadeUp, string][] = [
    // Another maker's elements, in the block that is usually Philips'.
    [
      philips({ [OWN + 0x0010]: ['LO', 'Somebody'], [OWN + 0x1000]: ['DS', '7'] }),
      "units 'CNTS' (counts) are not",
    ],
    [{ [TAG.weight]: ['DS', ''] }, "the patient's weight is missing"],
    [{ [TAG.weight]: ['DS', '70,5'] }, "the patient's weight is no number (70,5)"],
    [{ [TAG.weight]: ['DS', '70000'] }, 'a weight of 70000 kg is not one of a patient'],
    [{ [TAG.weight]: ['DS', '0'] }, "the patient's weight is not above 0 (0)"],
    [agent({ [TAG.radionuclideDose]: ['DS', '3,7E+8'] }), 'the injected dose is no number (3,7E+8)'],
    [agent({ [TAG.radionuclideHalfLife]: ['DS', '6586,2'] }), 'the half-life is no number (6586,2)'],
    [agent({ [TAG.radiopharmaceuticalStart]: ['TM', '9:15'] }), 'is missing, or is no time'],
    [philips({ [OWN + 0x1100]: ['DS', '0,5'] }), 'the factor (7053,1100) of Philips is no number (0,5)'],
    [{ [TAG.units]: ['CS', 'PROPCNT'] }, "units 'PROPCNT' are not read (--pet volume"],
    [{ [TAG.decayCorrection]: ['CS', 'NONE'] }, "decay correction 'NONE'"],
    [{ [TAG.radiopharmaceutical]: ['SQ', []] }, 'the injected dose is missing'],
    [{ [TAG.suvType]: ['CS', 'LBM'] }, 'SUV of type LBM, not by body weight'],
    [agent({ [TAG.radionuclideDose]: ['DS', '370'] }), 'a dose of 370 Bq'],
  ];
  for (const [more, reason] of faults) expect(() => factor(more), reason).toThrow(reason);
});

const agent = (more: MadeUp): MadeUp => {
  const [, [usual]] = MADE_UP_PET[TAG.radiopharmaceutical] as unknown as [string, [MadeUp]];
  return { [TAG.radiopharmaceutical]: ['SQ', [{ ...usual, ...more }]] };
};

test('an injection with an offset from UTC is moved to the clock of the scan, and two that differ are refused', () => {
  const decay = (injected: MadeUp, more: MadeUp = {}): number => {
    const made = { ...madeUpSlice(), ...MADE_UP_PET, ...agent(injected), ...more };
    return Math.log2((suvFactor(parseFile(madeUpDicom(made)).dataset, []) * 370e6) / 70_000) * 6586.2;
  };
  const at = (whole: string, time = ''): MadeUp => ({
    [TAG.radiopharmaceuticalStartDateTime]: ['DT', whole],
    [TAG.radiopharmaceuticalStart]: ['TM', time],
  });
  const zone: MadeUp = { [TAG.timezone]: ['SH', '+0800'] };
  const dated: MadeUp = { ...zone, [TAG.seriesDate]: ['DA', '20200101'] };
  for (const [whole, time, more] of [
    ['20200101011500.00+0000', '', zone],
    ['20200101011500.00+0000', '091500', dated],
    ['20191231204500-0430', '', dated],
    ['20200101091500+0800', '091530', zone],
    ['20200101091500', '', zone],
    ['20200101011500+0000', '091500', {}],
  ] as const)
    expect(decay(at(whole, time), more), whole).toBeCloseTo(3600, 3);
  expect(() => decay(at('20200101011500+0000'))).toThrow('has an offset from UTC (20200101011500+0000)');
  // The time alone says nothing of zirconium.
  const zirconium: MadeUp = {
    ...at('20200101011500+0000', '091500'),
    [TAG.radionuclideHalfLife]: ['DS', '282240'],
  };
  expect(() => decay(zirconium)).toThrow('has an offset from UTC (20200101011500+0000)');
  expect(() => decay(at('20200101011500', '091500'))).toThrow('two times of injection are told');
  expect(() => decay(at('20200101011500+0000', '011500'), zone)).toThrow('two times of injection are told');
});

test('the decay for SUV is that to the first image of the series, by dates where they are written', () => {
  const decay = (more: MadeUp, acquired: readonly Moment[]): number => {
    const { dataset } = parseFile(madeUpDicom({ ...madeUpSlice(), ...MADE_UP_PET, ...more }));
    return Math.log2((suvFactor(dataset, acquired) * 370e6) / 70_000) * 6586.2;
  };
  const times = (...all: string[]): Moment[] => all.map((time) => ({ date: '', time }));
  // The series has the time of its reconstruction; beds are acquired one after the other.
  const late = { [TAG.seriesTime]: ['TM', '120000'] } as MadeUp;
  expect(decay(late, times('102000', '101500', '101800'))).toBeCloseTo(3600, 3);
  // Midnight lies between the beds.
  const night = { ...agent({ [TAG.radiopharmaceuticalStart]: ['TM', '225500'] }), ...late };
  expect(decay(night, times('001000', '235500'))).toBeCloseTo(3600, 3);
  const whole = (text: string, halfLife: string): MadeUp =>
    agent({
      [TAG.radiopharmaceuticalStartDateTime]: ['DT', text],
      [TAG.radiopharmaceuticalStart]: ['TM', ''],
      [TAG.radionuclideHalfLife]: ['DS', halfLife],
    });
  const scan = [{ date: '20260304', time: '101500' }];
  const zirconium = suvFactor(
    parseFile(
      madeUpDicom({ ...madeUpSlice(), ...MADE_UP_PET, ...late, ...whole('20260301101500.00', '282240') }),
    ).dataset,
    scan.map((one) => ({ ...one })),
  );
  expect(zirconium).toBeCloseTo((70_000 / 370e6) * 2 ** ((3 * 86_400) / 282_240), 9);
  expect(() => decay(whole('20260301101500', '282240'), times('101500'))).toThrow(
    'the date of injection or scan',
  );
  expect(() => decay({ ...late, ...whole('20260305101500', '6586.2') }, scan)).toThrow(
    '-24.0 h after the injection',
  );
});

/** Values and gray of palettes as pydicom computes them: sums and a sample. */
const PYDICOM = `
import json, sys, warnings
import numpy as np, pydicom
from pydicom.pixels import apply_color_lut, apply_modality_lut, pixel_array
warnings.filterwarnings('ignore')
out = {}
for path in json.load(sys.stdin):
    ds = pydicom.dcmread(path)
    a = pixel_array(ds)
    if ds.PhotometricInterpretation == 'PALETTE COLOR':
        rgb = apply_color_lut(a, ds).astype('f8')
        rgb *= 255 / max(255, rgb.max())
        values = rgb @ [0.299, 0.587, 0.114]
    else:
        values = apply_modality_lut(a, ds).astype('f8')
    flat = values.reshape(-1)
    out[path] = [float(flat.sum()), flat[::max(1, len(flat) // 500)].tolist()]
json.dump(out, sys.stdout)
`;

peerTest('modality tables, slopes and palettes are those of pydicom', ['pydicom'], (context) => {
  const folder = needShared(context, 'data/dicom/transfer-syntaxes');
  const names = ['mlut_18', 'MR2_UNCI', '693_UNCR', 'MR-SIEMENS-DICOM-WithOverlays', 'OBXXXX1A'];
  const paths = names.map((name) => join(folder, `${name}.dcm`));
  const input = JSON.stringify(paths);
  const theirs = pythonJson<Record<string, [number, number[]]>>(PYDICOM, {
    input,
    interpreter: peersPython(),
  });
  for (const path of paths) {
    const file = openWhole(path);
    const { dataset } = file;
    const format = pixelFormat(dataset);
    const frame = decodeFrame(file, format, 0);
    const scale = { slope: dataset.decimal(TAG.slope) ?? 1, intercept: dataset.decimal(TAG.intercept) ?? 0 };
    const isGray = format.photometric.startsWith('MONOCHROME');
    const ours = isGray ? rescaled(frame.pixels, dataset, scale) : grayOfColour(frame, format, dataset);
    const [sum = 0, samples = []] = theirs[path] ?? [];
    expect(ours.reduce((a, b) => a + b, 0) / sum, path).toBeCloseTo(1, 5);
    const step = Math.max(1, Math.floor(ours.length / 500));
    samples.forEach((value, i) => {
      expect(Math.abs((ours[i * step] ?? 0) - value), `${path} ${i}`).toBeLessThan(
        1e-3 + 1e-6 * Math.abs(value),
      );
    });
  }
  const segmented = openWhole(join(folder, 'gdcm-US-ALOKA-16.dcm'));
  const format = pixelFormat(segmented.dataset);
  const frame = decodeFrame(segmented, format, 0);
  expect(() => grayOfColour(frame, format, segmented.dataset)).toThrow('a palette in segments is not read');
});
