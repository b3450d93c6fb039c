// Made-up slices for the benchmark, kept between calls, and split files of exactly the wanted sizes.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultConfig, splitPath, writeConfig, writeSplit } from '../packages/artifacts/dist/index.js';
import { decodeSlice, encodePng, readSliceFile } from '../packages/imaging/dist/index.js';
import { generatePhantomCohort } from '../packages/phantom/dist/index.js';
import { runStage, silentContext } from '../packages/pipeline/dist/index.js';

/** Slices of validation and of test in every split folder: there must be some, they are not what is measured. */
const OTHERS = 16;

/** Slices of a patient and modality in cohorts of copies. */
const PER_PATIENT = 10;

/** Makes a folder by `fill` unless it is there whole. */
export async function once(folder, fill) {
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  await fill(temporary);
  renameSync(temporary, folder);
  return folder;
}

/** A phantom cohort of 224×224 slices with at least `slices` for training per modality. */
async function phantomCohort(work, slices) {
  const perPatient = Math.ceil(slices / 7);
  return once(join(work, `phantom-${perPatient}`), (folder) =>
    generatePhantomCohort(folder, {
      seed: 42,
      patientsPerHospital: 10,
      slicesPerModality: perPatient,
      others: ['SY'],
      modalities: ['A'],
    }),
  );
}

/**
 * Split files with exactly `slices` training slices of modality A. The order goes around the patients, so that every batch
 * has both labels.
 */
export async function splitsOf(work, slices, largest) {
  const root = await phantomCohort(work, largest);
  const all = await once(join(work, `splits-of-${largest}`), async (folder) => {
    const config = defaultConfig();
    Object.assign(config.data, { root_dir: root, splits_dir: folder, modalities: ['A'] });
    await runStage('preprocess', { config }, silentContext());
  });
  return once(join(work, `splits-${largest}-${slices}`), (folder) => {
    for (const split of ['train', 'val', 'test']) {
      const [header, ...rows] = readFileSync(join(all, `${split}_A.csv`), 'utf8')
        .trim()
        .split('\n');
      const count = split === 'train' ? slices : Math.min(OTHERS, rows.length);
      const stride = Math.floor(rows.length / count);
      const chosen = Array.from({ length: count }, (_, i) => rows[i * stride]);
      writeFileSync(join(folder, `${split}_A.csv`), `${[header, ...chosen].join('\n')}\n`);
    }
  });
}

/** The configuration that ours and the peers share: flips and rotations of 15°, AdamW, cosine, no early stop. */
export function trainingConfig(work, splits) {
  const config = defaultConfig();
  Object.assign(config.data, { splits_dir: splits, modalities: ['A'] });
  config.model.pretrained = false;
  Object.assign(config.training, {
    early_stop_enabled: false,
    learning_rate: 1e-4,
    weight_decay: 1e-4,
    optimizer: 'adamw',
    scheduler: 'cosine',
  });
  Object.assign(config.augmentation, { horizontal_flip: true, rotation_degrees: 15 });
  const path = join(work, 'train.yaml');
  writeConfig(path, config);
  return path;
}

/** `slices` PNG files of two modalities and two hospitals, no two with the same pixels. */
export async function preprocessCohort(work, slices) {
  const base = await baseSlices(work);
  return once(join(work, `preprocess-${slices}`), (root) => {
    for (let i = 0; i < slices; i++) writeCopy(root, placeOf(i, ['A', 'P']), base[i % base.length], i);
  });
}

/** Split files of `slices` training slices of modality A, made faster than a phantom cohort of that size. */
export async function growthSplits(work, slices) {
  const base = await baseSlices(work);
  const root = join(work, `growth-${slices}`);
  // Every fourth patient is of the external hospital.
  const places = Array.from({ length: Math.ceil((slices + 2 * OTHERS) / 3) * 4 }, (_, i) =>
    placeOf(i, ['A']),
  );
  const home = places.filter(({ hospital }) => hospital === 'JM');
  const train = Math.ceil(slices / PER_PATIENT) * PER_PATIENT;
  const splits = {
    train: home.slice(0, slices),
    val: home.slice(train, train + OTHERS),
    test: places.filter(({ hospital }) => hospital === 'SY').slice(0, OTHERS),
  };
  await once(root, (folder) => {
    for (const [i, place] of Object.values(splits).flat().entries()) {
      writeCopy(folder, place, base[i % base.length], i);
    }
  });
  return once(join(work, `growth-splits-${slices}`), (folder) => {
    for (const [split, chosen] of Object.entries(splits)) {
      const rows = chosen.map((place) => ({ image_path: pathOf(root, place), label: place.label }));
      writeSplit(splitPath(folder, split, 'A'), rows);
    }
  });
}

/** Where the slice `i` of a cohort lies. */
function placeOf(i, modalities) {
  const perPatient = modalities.length * PER_PATIENT;
  const number = Math.floor(i / perPatient);
  const isExternal = number % 4 === 3;
  const hospital = isExternal ? 'SY' : 'JM';
  return {
    hospital,
    label: (isExternal ? Math.floor(number / 4) : number) % 2,
    patient: `${hospital}${String(number).padStart(5, '0')}`,
    modality: modalities[Math.floor((i % perPatient) / PER_PATIENT)],
    slice: i % PER_PATIENT,
  };
}

function pathOf(root, { hospital, label, patient, modality, slice }) {
  const file = `${patient}_${modality.toLowerCase()}_slice_${String(slice).padStart(3, '0')}.png`;
  return join(root, hospital, `grade${label}`, patient, modality, file);
}

/** Writes a copy with `number` in its pixels. */
function writeCopy(root, place, slice, number) {
  const path = pathOf(root, place);
  if (place.slice === 0) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, encodePng(numbered(slice, number)));
}

/** Reads every file once: whoever comes first would otherwise wait for the disk, and the others would not. */
export function warm(root) {
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) readFileSync(join(entry.parentPath ?? entry.path, entry.name));
  }
}

/** A few slices to make copies of. */
async function baseSlices(work) {
  const root = await phantomCohort(work, 64);
  const names = readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.png'));
  return names
    .sort()
    .slice(0, 16)
    .map((name) => decodeSlice(readSliceFile(join(root, name)), name));
}

/** A copy of a slice with its number written into the first pixels. */
function numbered({ width, height, pixels }, number) {
  const copy = pixels.slice();
  for (let digit = 0; digit < 4; digit++) copy[digit] = (number >> (8 * digit)) & 255;
  return { width, height, pixels: copy };
}
