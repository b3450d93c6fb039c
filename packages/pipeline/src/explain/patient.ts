import { basename, join } from 'node:path';
import type { PngPainter } from '@radweave/analysis/paint/png';
import {
  type ExplainedPatient,
  type ExplainedSlice,
  inFileName,
  MAP_NAMES,
  toldSlice,
  writeFileAtomic,
} from '@radweave/artifacts';
import { grayImage } from '@radweave/imaging';
import { evenly } from '@radweave/network/explain/evenly';
import { type MapSource, sliceMaps } from '@radweave/network/explain/maps';
import type { Matrix } from '@radweave/stats';
import type { SliceTable } from '@radweave/study/cohort/slice-table';
import type { StageContext } from '@radweave/study/context/events';
import { drawMontage } from './montage.ts';
import type { ChosenPatient } from './select.ts';

/** A patient to explain with all that is known of the slices. */
export interface PatientToExplain {
  chosen: ChosenPatient;
  explained: number;
  /** Positions of the slices, in natural order. */
  positions: readonly number[];
  /** Slices × classes, in the same order. */
  probabilities: Matrix;
  file: string;
}

export interface MontageSettings {
  folder: string;
  table: SliceTable;
  labelNames: readonly string[];
  /** The most slices in a montage. */
  most: number;
  /** After the point of the patients' probabilities. */
  digits: number;
  painter: PngPainter | null;
}

/** A patient's entry, the grid of the maps, and whether the montage carries texts. */
export interface PatientExplained {
  entry: ExplainedPatient;
  grid: [number, number];
  labelled: boolean;
}

/** Computes a patient's maps and writes the montage: slices evenly spread where there are more than `most`. */
export async function explainPatient(
  source: MapSource,
  { chosen, explained, positions, probabilities, file }: PatientToExplain,
  settings: MontageSettings,
  context: StageContext,
): Promise<PatientExplained> {
  const { folder, table, most, painter } = settings;
  const classes = positions.map(() => explained);
  const { maps, grid } = await sliceMaps(source, positions, classes, context);
  const peaks = maps.map((map) => map.reduce((largest, value) => Math.max(largest, value), 0));
  const scale = Math.max(0, ...peaks);
  const slices = positions.map((position, i) => ({
    image_path: toldSlice(table.rows[position]?.path ?? '', chosen.hospital),
    probability: probabilities.data[i * probabilities.columns + explained] ?? 0,
    peak: peaks[i] ?? 0,
    shown: false,
  }));
  const shown = evenly([...slices.keys()], most);
  for (const slice of shown.flatMap((i) => slices[i] ?? [])) slice.shown = true;
  const pictures = shown.map((i) => readSlice(source, positions[i] ?? 0));
  const white = whiteOf(pictures.map(({ pixels }) => pixels));
  const drawn = shown.map((i, k) => ({
    picture: pictures[k] ?? readSlice(source, positions[i] ?? 0),
    strengths: (maps[i] ?? new Float32Array(0)).map((value) => (scale === 0 ? 0 : value / scale)),
    caption: captionOf(slices[i]),
  }));
  const headings = headingsOf(
    chosen,
    explained,
    { ...settings, method: source.method },
    {
      all: slices.length,
      shown: shown.length,
      empty: shown.filter((i) => slices[i]?.peak === 0).length,
    },
  );
  const { png, labelled } = await drawMontage(drawn, white, headings, painter);
  writeFileAtomic(join(folder, file), png);
  const { patient, hospital, label, predicted, category } = chosen;
  const entry: ExplainedPatient = {
    patient,
    hospital,
    label,
    probabilities: Array.from(chosen.probabilities),
    predicted,
    explained_class: explained,
    category,
    file,
    scale,
    slices,
  };
  return { entry, grid, labelled };
}

function readSlice({ pixels }: MapSource, position: number): ReturnType<typeof grayImage> {
  return grayImage(pixels.width, pixels.height, pixels.read([position]));
}

/** 255, or the brightest sample of 16-bit slices, which seldom fill their range. */
function whiteOf(slices: readonly (Uint8Array | Uint16Array)[]): number {
  let brightest = 1;
  for (const samples of slices) {
    if (samples instanceof Uint8Array) return 255;
    for (const value of samples) brightest = Math.max(brightest, value);
  }
  return brightest;
}

/** Below a slice: its name, its probability of the label that is explained, and whether its map holds nothing. */
function captionOf(slice: ExplainedSlice | undefined): string {
  if (slice === undefined) return '';
  const { image_path, probability, peak } = slice;
  return `${basename(image_path, '.png')} ${probability.toFixed(2)}${peak === 0 ? ' empty' : ''}`;
}

/**
 * The lines above a montage; the report's caption names the same probability and the same choice.
 *
 * @param slices how many there are, how many are shown, and how many of these have a map without a value above 0.
 */
export function headingsOf(
  { patient, hospital, label, predicted, probabilities, category }: ChosenPatient,
  explained: number,
  { labelNames, digits, method }: Pick<MontageSettings, 'labelNames' | 'digits'> & Pick<MapSource, 'method'>,
  slices: { all: number; shown: number; empty: number },
): string[] {
  const name = (index: number): string => labelNames[index] ?? String(index);
  const wanted = name(explained);
  const verdict = predicted === label ? 'correctly' : 'incorrectly';
  const rank = category.startsWith('most') ? 'most' : 'least';
  const why =
    category === 'asked' ? `predicted ${verdict}` : `${rank} confident of those predicted ${verdict}`;
  const part = slices.shown < slices.all ? `${slices.shown} of ${slices.all} slices` : `${slices.all} slices`;
  const empty = `empty: no value of the map is above 0, so nothing supports ${wanted}`;
  return [
    `${patient}, ${hospital}: ${why}`,
    `label ${name(label)}, predicted ${name(predicted)}, probability of ${wanted} ${(probabilities[explained] ?? 0).toFixed(digits)}`,
    `${MAP_NAMES[method]} of ${wanted}, ${part}; colours: share of this patient's largest value; below: slice and its probability of ${wanted}`,
    ...(slices.empty > 0 ? [empty] : []),
  ];
}

/** A file name for each patient: hospital, category, ID; as {@link inFileName}. */
export function montageNames(chosen: readonly ChosenPatient[]): string[] {
  const taken = new Set<string>();
  return chosen.map(({ hospital, category, patient }) => {
    const stem = inFileName(`${hospital}_${category}_${patient}`);
    let name = `${stem}.png`;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}_${n}.png`;
    taken.add(name.toLowerCase());
    return name;
  });
}
