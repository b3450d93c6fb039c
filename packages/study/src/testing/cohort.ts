import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Config, defaultConfig } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { Random } from '@radweave/stats';
import type { StageContext } from '../context/events.ts';

/** Side of the test slices in pixels: the smallest the configuration allows twice over. */
export const SIDE = 32;

/** Where a slice is written: `HOSPITAL/[foldK/]gradeN/PATIENT/MODALITY/FILE`. */
export function writeSlice(
  root: string,
  place: string,
  pixels: Uint8Array | Uint16Array,
  side: number = SIDE,
): string {
  const path = join(root, place);
  mkdirSync(dirname(path), { recursive: true });
  const size = { width: side, height: side };
  writeFileSync(
    path,
    pixels instanceof Uint16Array ? encodePng({ ...size, pixels }) : encodePng({ ...size, pixels }),
  );
  return path;
}

/** Noise with a bright square for label 1: learnable, and different for every name. */
export function slicePixels(name: string, label: number, side: number = SIDE): Uint8Array {
  const random = new Random(7, name);
  const pixels = Uint8Array.from({ length: side * side }, () => 40 + random.below(100));
  if (label === 1) {
    for (let y = 8; y < 16; y++) for (let x = 8; x < 16; x++) pixels[y * side + x] = 200 + random.below(50);
  }
  return pixels;
}

/** A small cohort: home JM with folds, external SY and ZS; every patient has both modalities. */
export function writeCohortFolders(root: string, patientsPerGrade = 5, slices = 3, elsewhere = 2): void {
  for (const [hospital, count] of [
    ['JM', patientsPerGrade],
    ['SY', elsewhere],
    ['ZS', elsewhere],
  ] as const) {
    for (const label of [0, 1]) {
      for (let p = 0; p < count; p++) {
        const patient = `${hospital}0${label}${p}`;
        const fold = hospital === 'JM' ? `fold${1 + (p % 5)}/` : '';
        for (const modality of ['A', 'P']) {
          for (let s = 1; s <= slices; s++) {
            const file = `${patient}_${modality.toLowerCase()}_slice_${String(s).padStart(3, '0')}.png`;
            const place = `${hospital}/${fold}grade${label}/${patient}/${modality}/${file}`;
            writeSlice(root, place, slicePixels(place, label));
          }
        }
      }
    }
  }
}

/**
 * Patients of hospitals and classes of any number: `{ JM: [4, 4], SY: [2, 0] }` has the patients of each class, `JM10` is the
 * first of class 1 of JM. Without names of classes there are no folders of them.
 */
export function writeCohortOf(
  root: string,
  hospitals: Readonly<Record<string, readonly number[]>>,
  classes: readonly string[],
  modalities: readonly string[],
): void {
  for (const [hospital, counts] of Object.entries(hospitals)) {
    for (const [label, count] of counts.entries()) {
      for (let p = 0; p < count; p++) {
        for (const modality of modalities) {
          const folder = classes[label] === undefined ? '' : `${classes[label]}/`;
          const place = `${hospital}/${folder}${hospital}${label}${p}/${modality}/s1.png`;
          writeSlice(root, place, slicePixels(place, Math.min(label, 1)));
        }
      }
    }
  }
}

/** Defaults for such a cohort in `folder`: data, splits, features and outputs below it. */
export function cohortConfig(folder: string): Config {
  const config = defaultConfig();
  config.data.root_dir = join(folder, 'raw');
  config.data.splits_dir = join(folder, 'data', 'splits');
  config.data.features_dir = join(folder, 'data', 'features');
  config.data.image_size = SIDE;
  config.data.num_workers = 1;
  config.experiment.output_dir = join(folder, 'outputs');
  return config;
}

/** Removes what only `preprocess` writes: the split files alone are a user's own, and may be changed. */
export function makeSplitOwn({ data }: Config): void {
  for (const name of ['summary.json', 'cohort.csv', 'exclusions.csv']) rmSync(join(data.splits_dir, name));
}

/** A context that keeps what a stage says. */
export function listening(): StageContext & { said: string[] } {
  const said: string[] = [];
  return {
    said,
    emit: (event) => {
      if (event.kind === 'log') said.push(`${event.level}: ${event.text}`);
    },
    shouldStop: () => false,
  };
}

/** A context that asks to stop after so many steps of training in all. */
export function stoppingAfter(steps: number): StageContext {
  let seen = 0;
  return {
    emit: (event) => {
      if (event.kind === 'step') seen++;
    },
    shouldStop: () => seen >= steps,
  };
}
