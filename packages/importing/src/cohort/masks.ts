import { groupBy, type Mapping } from '@radweave/artifacts';
import { FileFault } from '../files/fault.ts';
import { lesionOf, NothingChosen } from '../masks/lesion.ts';
import type { MaskFile } from '../masks/mask-file.ts';
import type { PixelOptions } from '../output/options.ts';
import type { Image } from '../series/image.ts';
import type { MaskSource } from '../series/mask-source.ts';
import { modalityOf, OPEN, OUT, type Proposal } from '../series/propose.ts';
import { MASK } from '../series/rules.ts';
import { keyOf } from './patients.ts';

/** A mask among DICOM files, and whose it may be: the first of them that has images. */
export type FoundMask = MaskFile & { readonly path: string; readonly owners: readonly string[] };

/**
 * Parts images from the masks of patients of whom there is nothing else: nobody becomes a patient by a mask.
 *
 * @param wanted Modalities that are asked for, by whose names a series is no mask.
 */
export function withoutMasksAlone(
  images: readonly Image[],
  mapping: Mapping,
  wanted: readonly string[] | null,
): { images: Image[]; alone: Image[] } {
  const isMask = (image: Image): boolean =>
    image.source.kind !== 'dicom' && modalityOf(image, mapping, wanted) === MASK;
  const groups = [...groupBy(images, ({ hospital, patientId }) => keyOf(hospital, patientId)).values()];
  const isAlone = (own: readonly Image[]): boolean => own.every(isMask);
  return {
    images: groups.filter((own) => !isAlone(own)).flat(),
    alone: groups.filter(isAlone).flat(),
  };
}

/** A mask of a patient that refers to images of others alone: whose it is nobody knows. */
export interface MixedMask {
  readonly path: string;
  /** As decisions name it. */
  readonly instance: string;
  readonly patient: string;
  readonly others: readonly string[];
}

/** Masks that refer to images which are there, and to none of their patient. */
function mixedMasks(
  used: readonly { readonly file: FoundMask; readonly owner: string | undefined }[],
  proposals: readonly Proposal[],
): MixedMask[] {
  const names = new Map(proposals.map((one) => [ownerOf(one), one.patient]));
  const all = proposals.flatMap(({ patient, stack }) => stack.images.map((image) => ({ patient, image })));
  const patients = groupBy(all, ({ image }) => image.instance);
  return used.flatMap(({ file: { path, instance, images }, owner = '' }) => {
    const patient = names.get(owner);
    const others = new Set(images.flatMap((one) => patients.get(one) ?? []).map((one) => one.patient));
    const isMixed = patient !== undefined && others.size > 0 && !others.has(patient);
    return isMixed ? [{ path, instance, patient, others: [...others] }] : [];
  });
}

/** Parts masks from those that are there again. */
export function onceEach(files: readonly FoundMask[]): { masks: FoundMask[]; copies: FoundMask[] } {
  const groups = [...groupBy(files, ({ instance, owners }) => JSON.stringify([instance, owners])).values()];
  return { masks: groups.flatMap((own) => own.slice(0, 1)), copies: groups.flatMap((own) => own.slice(1)) };
}

/** A series, and the masks that could be its own: there must be one. */
export interface UnclearMask {
  readonly proposal: Proposal;
  readonly masks: readonly MaskSource[];
}

/**
 * Gives each series that is written its mask: the one that refers to it, or begins as it does; else the only one of the patient (in
 * DICOM of its frame of reference).
 *
 * @param decisions of the mapping: `-` leaves a mask out.
 * @returns also the paths of masks that no series has; nobody knows it yet of a patient with a series whose modality is open.
 */
export function withMasks(
  proposals: readonly Proposal[],
  files: readonly FoundMask[],
  decisions: Readonly<Record<string, string>>,
): { proposals: Proposal[]; unclear: UnclearMask[]; unused: string[]; mixed: MixedMask[] } {
  const known = new Set(proposals.map(ownerOf));
  const used = files
    .filter(({ instance }) => decisions[instance] !== OUT)
    .map((file) => ({ file, owner: file.owners.find((one) => known.has(one)) }));
  const byOwner = groupBy(used, ({ owner }) => owner);
  const volumes = proposals.filter(({ modality }) => modality === MASK);
  const byPatient = groupBy(volumes, ({ patient }) => patient);
  const unclear: UnclearMask[] = [];
  const found = proposals.map((proposal): Proposal => {
    if ([OUT, OPEN, MASK].includes(proposal.modality)) return proposal;
    const isNifti = proposal.stack.images[0]?.source.kind === 'nifti';
    const masks = isNifti
      ? volumesFor(proposal, byPatient.get(proposal.patient) ?? [])
      : filesFor(proposal, byOwner.get(ownerOf(proposal)) ?? []);
    const [mask = null] = masks;
    if (masks.length === 1) return { ...proposal, mask };
    unclear.push({ proposal, masks });
    return proposal;
  });
  const open = new Set(proposals.filter(({ modality }) => modality === OPEN).map(ownerOf));
  const all = [
    ...used.flatMap(({ file, owner = '' }) => (open.has(owner) ? [] : file.path)),
    ...volumes.flatMap((one) => (open.has(ownerOf(one)) ? [] : (one.stack.images[0]?.path ?? ''))),
  ];
  const taken = [...found.map(({ mask }) => mask), ...unclear.flatMap(({ masks }) => masks)];
  const places = new Set(taken.map((mask) => mask?.path));
  const unused = all.filter((path) => !places.has(path));
  return { proposals: found, unclear, unused, mixed: mixedMasks(used, proposals) };
}

function ownerOf({
  stack: {
    images: [image],
  },
}: Proposal): string {
  return keyOf(image?.hospital ?? null, image?.patientId ?? '');
}

function filesFor({ stack }: Proposal, files: readonly { readonly file: FoundMask }[]): MaskSource[] {
  const [image] = stack.images;
  const own = files.map(({ file }) => file);
  const drawn = own.filter(({ series }) => series.includes(image?.series ?? ''));
  const beside = own.filter(
    ({ frameOfReference }) => frameOfReference === null || frameOfReference === image?.frameOfReference,
  );
  return (drawn.length > 0 ? drawn : beside).map(({ sourceFor }) => sourceFor(stack.plane));
}

function volumesFor({ facts }: Proposal, own: readonly Proposal[]): MaskSource[] {
  const start = facts.description.toLowerCase();
  const drawn = own.filter((one) => one.facts.description.toLowerCase().startsWith(`${start} `));
  return (drawn.length > 0 ? drawn : own).map(({ stack }) => ({
    kind: 'volume',
    path: stack.images[0]?.path ?? '',
    instance: stack.images[0]?.instance ?? '',
    stack,
  }));
}

/** What masks choose. */
export interface Choice {
  readonly proposals: readonly Proposal[];
  /** How many slices of each series that has a mask. */
  readonly slices: ReadonlyMap<Proposal, number>;
  /** Series whose masks cannot be used, and why. */
  readonly unusable: readonly string[];
  /** Series that are left out, as masks choose no slice of them. */
  readonly leftOut: readonly Proposal[];
}

/**
 * Finds how many slices masks choose of each series.
 *
 * @param leavesOut whether a series of which they choose none is left out; otherwise its mask cannot be used.
 */
export function chosenByMasks(
  proposals: readonly Proposal[],
  wishes: NonNullable<PixelOptions['mask']>,
  leavesOut: boolean,
  onSeries: (done: number, total: number) => void,
): Choice {
  const slices = new Map<Proposal, number>();
  const unusable: string[] = [];
  const leftOut: Proposal[] = [];
  const chosen = proposals.map((one, done): Proposal => {
    const { patient, stack, mask } = one;
    onSeries(done, proposals.length);
    if (mask === null) return one;
    try {
      slices.set(one, lesionOf(stack, mask, wishes).chosen.length);
      return one;
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      if (error instanceof NothingChosen && leavesOut) {
        const out = { ...one, modality: OUT, because: `${one.modality}, but ${error.reason}`, mask: null };
        leftOut.push(out);
        return out;
      }
      slices.set(one, 0);
      unusable.push(`${patient}, series ${stack.id}: ${error.message} (${mask.path})`);
      return one;
    }
  });
  return { proposals: chosen, slices, unusable, leftOut };
}
