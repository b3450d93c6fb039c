import { join } from 'node:path';
import { UsageError, writeFileAtomic, writePhantomMark } from '@radweave/artifacts';
import { encodePng } from '@radweave/imaging';
import { Random } from '@radweave/stats';
import { drawAnatomy } from './anatomy.ts';
import type { Anatomy } from './body.ts';
import { type Scanner, scan, scannerOf } from './scanner.ts';
import { paintBackdrop, paintSlice } from './slice.ts';
import { cloudTexture, type Texture } from './texture.ts';
import { PHASES, type Phase } from './tissue.ts';

/** What {@link generatePhantomCohort} is asked to make. */
export interface PhantomOptions {
  seed: number;
  /** At least 2, so that both grades occur; half of them, rounded down, have grade 1. */
  patientsPerHospital: number;
  /** Patients of the home hospital, where it is to have another number. */
  homePatients?: number;
  slicesPerModality: number;
  /** Pixels on a side; 224 by default. */
  size?: number;
  /** The hospital with folds; `JM` by default. */
  home?: string;
  /** `SY` and `ZS` by default. */
  others?: readonly string[];
  /** Both phases by default. */
  modalities?: readonly Phase[];
}

export interface PhantomPatient {
  patient: string;
  hospital: string;
  label: number;
  modalities: readonly Phase[];
}

export interface PhantomCohort {
  patients: PhantomPatient[];
  slices: number;
}

const FOLDS = 5;
const SIDE = 224;

/**
 * Writes a synthetic multi-centre cohort of abdominal CT slices with a liver lesion:
 * `ROOT/HOSPITAL/[foldK/]grade{0,1}/{patient}/{modality}/{patient}_{a|p}_slice_001.png`, 8-bit gray. Everything is made up;
 * the same options give the same files. As in real folders, not all is tidy: the last patient of the home hospital has the
 * first modality only (if several are asked for), and a `Thumbs.db` lies about. A mark in each hospital's folder says who is
 * made up: `preprocess` reads it.
 *
 * @throws UsageError for fewer than 2 patients per hospital, no slices, or a modality that the phantom does not know.
 */
export function generatePhantomCohort(rootDir: string, options: PhantomOptions): PhantomCohort {
  const { seed, patientsPerHospital, homePatients = patientsPerHospital, size = SIDE } = options;
  const { home = 'JM', others = ['SY', 'ZS'], modalities = PHASES } = options;
  checkOptions(options, modalities);
  const texture = cloudTexture(seed, 'tissue');
  const written: PhantomCohort = { patients: [], slices: 0 };
  for (const [place, hospital] of [home, ...others].entries()) {
    const scanner = scannerOf(seed, hospital, place);
    const count = hospital === home ? homePatients : patientsPerHospital;
    for (const [index, label] of drawLabels(seed, hospital, count).entries()) {
      const name = `${hospital}${String(index + 1).padStart(3, '0')}`;
      const isIncomplete = hospital === home && index === count - 1;
      const patient: PhantomPatient = {
        patient: name,
        hospital,
        label,
        modalities: isIncomplete ? modalities.slice(0, 1) : modalities,
      };
      const fold = hospital === home ? [`fold${1 + (index % FOLDS)}`] : [];
      const folder = join(rootDir, hospital, ...fold, `grade${label}`, name);
      for (const { modality, slice, pixels } of scanPatient(patient, options, scanner, texture)) {
        const number = String(slice + 1).padStart(3, '0');
        const file = `${name}_${modality.toLowerCase()}_slice_${number}.png`;
        writeFileAtomic(join(folder, modality, file), encodePng({ width: size, height: size, pixels }));
        written.slices++;
      }
      if (hospital === home && index === 0) {
        writeFileAtomic(join(folder, modalities[0] ?? '', 'Thumbs.db'), 'thumbnails\n');
      }
      written.patients.push(patient);
    }
    const own = written.patients.filter((patient) => patient.hospital === hospital);
    writePhantomMark(
      join(rootDir, hospital),
      own.map(({ patient }) => patient),
    );
  }
  return written;
}

export interface PhantomSlice {
  modality: Phase;
  /** From 0. */
  slice: number;
  /** 8-bit gray. */
  pixels: Uint8Array;
  anatomy: Anatomy;
  /** Distance from the lesion's middle in mm. */
  z: number;
}

/**
 * The slices of one patient, from the lowest of the lesion to the highest, modality after modality.
 */
export function* scanPatient(
  { patient, label, modalities }: PhantomPatient,
  options: PhantomOptions,
  scanner: Scanner,
  texture: Texture,
): Generator<PhantomSlice> {
  const { seed, size = SIDE, slicesPerModality } = options;
  const anatomy = drawAnatomy(new Random(seed, `phantom/anatomy/${patient}`), label);
  const random = new Random(seed, `phantom/scan/${patient}`);
  const backdrop = paintBackdrop(anatomy, size, scanner.fieldOfView, texture);
  for (const modality of modalities) {
    for (let slice = 0; slice < slicesPerModality; slice++) {
      // The patient breathes between slices and phases.
      const height = (slice + 0.5) / slicesPerModality - 0.5;
      const z = 1.3 * anatomy.lesion.radius * height + 1.5 * random.normal();
      const { hu } = paintSlice(anatomy, backdrop, modality, z, texture);
      yield { modality, slice, pixels: scan(hu, size, scanner, random), anatomy, z };
    }
  }
}

function drawLabels(seed: number, hospital: string, patients: number): number[] {
  const labels = Array.from({ length: patients }, (_, index) => (index < Math.floor(patients / 2) ? 1 : 0));
  return new Random(seed, `phantom/labels/${hospital}`).shuffle(labels);
}

function checkOptions(options: PhantomOptions, modalities: readonly string[]): void {
  const { patientsPerHospital, homePatients = patientsPerHospital, slicesPerModality } = options;
  if (!(Math.min(patientsPerHospital, homePatients) >= 2 && slicesPerModality >= 1)) {
    throw new UsageError('E_PHANTOM', 'a phantom cohort needs at least 2 patients per hospital and 1 slice', {
      where: `${homePatients} and ${patientsPerHospital} patients, ${slicesPerModality} slices`,
    });
  }
  const known: readonly string[] = PHASES;
  const unknown = modalities.find((modality) => !known.includes(modality));
  if (unknown !== undefined || modalities.length === 0) {
    throw new UsageError('E_PHANTOM', `the phantom has no modality '${unknown ?? ''}'`, {
      hint: `Choose from ${PHASES.join(', ')}`,
    });
  }
}
