import { hashFile } from '@radweave/artifacts';
import { type CutPlane, type Cuts, cutsOf } from '../nifti/cuts.ts';
import type { NiftiHeader } from '../nifti/header.ts';
import { type Frame, length, unit, type Vector } from './frames.ts';
import { type Image, keyedHash } from './image.ts';
import { type NamedFile, NO_FACTS } from './named-files.ts';

/** What a file does not say of itself. */
export interface VolumeWishes {
  /** Of the hashes that stand for files. */
  readonly key: string;
  /** CT, MR or PT: what the values mean. */
  readonly type: string;
  readonly plane: CutPlane;
}

/** The volumes of a NIfTI file, each as an image of many slices. @throws FileFault as `cutsOf`. */
export function volumesOf(
  path: string,
  header: NiftiHeader,
  named: NamedFile,
  wishes: VolumeWishes,
): Image[] {
  const { key, type, plane } = wishes;
  const cuts = cutsOf(header, plane);
  const [, , , volumes] = header.shape;
  const { patient, hospital, label, series } = named;
  const instance = hashFile(path);
  return Array.from({ length: volumes }, (_, volume): Image => {
    const description = volumes === 1 ? series : `${series} volume ${volume + 1} of ${volumes}`.trim();
    return {
      path,
      source: { kind: 'nifti', volume, plane },
      instance: keyedHash(key, [instance, String(volume)]),
      study: keyedHash(key, [hospital ?? '', patient]),
      series: keyedHash(key, [hospital ?? '', patient, description]),
      patientId: patient,
      hospital,
      label,
      birthDate: '',
      institution: '',
      acquired: { date: '', time: '' },
      examined: '',
      number: 0,
      frameOfReference: '',
      rows: cuts.rows,
      columns: cuts.columns,
      isColour: false,
      frames: framesOf(header, cuts),
      facts: {
        ...NO_FACTS,
        type,
        description,
        thickness: length(cuts.steps[2]),
        odd: header.odd,
      },
    };
  });
}

function framesOf({ slope, intercept }: NiftiHeader, cuts: Cuts): Frame[] {
  const [across, down, next] = cuts.steps;
  return Array.from({ length: cuts.slices }, (_, index) => ({
    index,
    position: cuts.origin.map((one, i) => one + index * (next[i] as number)) as unknown as Vector,
    directions: [unit(across), unit(down)] as const,
    spacing: [length(down), length(across)] as const,
    thickness: length(next),
    slope,
    intercept,
    isRescaled: true,
    unread: [],
    unit: null,
    apart: [],
  }));
}
