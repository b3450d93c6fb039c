import { basename, relative, sep } from 'node:path';
import { alikeWithin } from '@radweave/analysis/audit/similar-ids';
import {
  type CarriedColumns,
  compareText,
  type ImportedSlice,
  type ListedPatient,
  type Pseudonym,
  spellingKey,
} from '@radweave/artifacts';
import { standing, type Unmatched } from '@radweave/importing/cohort/account';
import type { ImportedPatient } from '@radweave/importing/cohort/patients';
import type { Image } from '@radweave/importing/series/image';
import { OUT, oddities, type Proposal } from '@radweave/importing/series/propose';
import { MASK } from '@radweave/importing/series/rules';
import { grouped } from '@radweave/importing/series/stack';
import { and, are, counted } from '@radweave/remarks';
import { doubtOf, type WrittenClass } from '@radweave/study/cohort/class-folders';
import { type StageContext, say, warn } from '@radweave/study/context/events';

/** What the files or the table have and nobody else. */
export function sayUnmatched(
  { images, masks, patients }: Unmatched,
  where: { readonly listed: readonly ListedPatient[]; readonly root: string },
  listedIn: string,
  context: StageContext,
): void {
  const [first = ''] = masks;
  const spelt = patients.filter((one) => one.spelt !== null);
  const [other] = spelt;
  const texts = [
    ...(images.length > 0
      ? [
          `${counted(images.length, 'image')} left out: the patients are not in the table${asRead(images, where)}.`,
        ]
      : []),
    ...(masks.length > 0
      ? [
          `${counted(masks.length, 'mask')} (${masks.length === 1 ? '' : 'such as '}${basename(first)}) ${masks.length === 1 ? 'belongs' : 'belong'} to no imported series.`,
        ]
      : []),
    ...(patients.length > 0
      ? [
          `${counted(patients.length, 'patient')} of the table without an image below the folder${other === undefined ? '' : `, of which ${spelt.length} ${are(spelt.length)} there in another spelling, such as '${other.spelt}' for '${other.patient}'`}.`,
        ]
      : []),
  ];
  for (const text of texts) warn(context, `${text} All are listed in ${listedIn}.`);
}

/** An ID as a path says it, beside one of the table; empty where the files say it themselves. */
function asRead(
  images: readonly Image[],
  { listed, root }: { readonly listed: readonly ListedPatient[]; readonly root: string },
): string {
  const image = images.find(({ source }) => source.kind !== 'dicom');
  if (image === undefined) return '';
  const [row] = listed;
  return `, such as '${image.patientId}' of ${relative(root, image.path)}${row === undefined ? '' : ` (the table has '${row.patient}')`}; where paths are misread, patterns of \`files\` in mapping.yaml say which part is the patient`;
}

/** Series of which masks choose no slice. */
export function sayMaskless(leftOut: readonly Proposal[], listedIn: string, context: StageContext): void {
  if (leftOut.length === 0) return;
  const patients = new Set(leftOut.map(({ patient }) => patient)).size;
  warn(
    context,
    `${leftOut.length} series of ${counted(patients, 'patient')} left out: ${leftOut.length === 1 ? 'its mask chooses' : 'their masks choose'} no slice. All are listed in ${listedIn}.`,
  );
}

/** What becomes of the columns of a table that say more of the patients. */
export function sayColumns(
  { carried, keptBack, nameless }: CarriedColumns,
  path: string,
  context: StageContext,
): void {
  const names = carried.map(({ name }) => name).join(', ');
  if (names !== '') say(context, `Columns that go into ${path}, for preprocess --table: ${names}.`);
  const back = keptBack.join(', ');
  if (back !== '') say(context, `Columns that may identify a patient, and are kept back: ${back}.`);
  if (nameless > 0)
    say(context, `${counted(nameless, 'column')} without a name in the first line of the table: left out.`);
}

/** Those of this import and of earlier ones, and their table. */
interface Pseudonyms {
  readonly all: readonly Pseudonym[];
  readonly path: string;
}

/** IDs of one hospital that may be one patient: behind pseudonyms nobody sees it any more. */
function sayAlike(
  patients: readonly ImportedPatient[],
  { all, path }: Pseudonyms,
  context: StageContext,
): void {
  const names = new Map(
    all.map(({ hospital, original, pseudonym }) => [{ hospital, patient: original }, pseudonym]),
  );
  const here = new Set(patients.map(({ pseudonym }) => pseudonym));
  const groups = alikeWithin([...names.keys()])
    .filter(({ how }) => how !== 'numbered')
    .map((group) => group.patients.flatMap((one) => names.get(one) ?? []))
    .filter((group) => group.some((name) => here.has(name)));
  const [first] = groups;
  if (first === undefined) return;
  const n = groups.reduce((sum, group) => sum + group.length, 0);
  warn(
    context,
    `${counted(n, 'patient')} have IDs that differ in spelling or in a suffix alone, as visits and lesions of one patient do: ${and(first)}${groups.length === 1 ? '' : `, and ${counted(groups.length - 1, 'more group')}`}. The IDs are in ${path}. Give each patient one ID, or preprocess a --table with a row for each visit: pseudonyms do not show it.`,
  );
}

/** Patients who share slices, or the space of an examination, in DICOM files: perhaps one person, whose IDs are mixed up. */
function sayShared(
  proposals: readonly Proposal[],
  earlier: readonly ImportedSlice[],
  context: StageContext,
): void {
  const places = new Map<string, { images: number; who: Set<string> }>();
  const add = (place: string, patient: string): void => {
    const one = places.get(place) ?? { images: 0, who: new Set() };
    places.set(place, { images: one.images + 1, who: one.who.add(patient) });
  };
  for (const { patient, stack } of proposals.filter(({ modality }) => modality !== OUT)) {
    for (const { source, instance, study, frameOfReference: space } of stack.images) {
      if (source.kind !== 'dicom') continue;
      add(instance, patient);
      if (space !== '') add(`${study} ${space}`, patient);
    }
  }
  for (const { instance, patient } of earlier) if (places.has(instance)) add(instance, patient);
  const shared = [...places].filter(([, { who }]) => who.size > 1);
  const groups = grouped(shared, ([, { who }]) => JSON.stringify([...who].sort(compareText)));
  const [first] = groups;
  if (first === undefined) return;
  const people = new Set(shared.flatMap(([, { who }]) => [...who]));
  const images = Math.max(...first.map(([, one]) => one.images));
  const copies = first.filter(([place]) => !place.includes(' ')).length;
  const what = [
    ...(copies > 0 ? [`${counted(copies, 'SOPInstanceUID')} of several PatientIDs`] : []),
    ...(copies < first.length ? [`one study and frame of reference (${counted(images, 'image')})`] : []),
  ];
  warn(
    context,
    `${counted(people.size, 'patient')} share images with another, so perhaps one person under several PatientIDs, or mixed-up files: ${and([...(first[0]?.[1].who ?? [])].sort(compareText))} have ${and(what)}${groups.length === 1 ? '' : `, and ${counted(groups.length - 1, 'more group')}`}. Correct the PatientIDs, or leave the wrong series out by decisions.`,
  );
}

export function sayOddities(
  patients: readonly ImportedPatient[],
  proposals: readonly Proposal[],
  { pseudonyms, earlier }: { readonly pseudonyms: Pseudonyms; readonly earlier: readonly ImportedSlice[] },
  context: StageContext,
): void {
  sayAlike(patients, pseudonyms, context);
  sayShared(proposals, earlier, context);
  for (const { pseudonym, images } of patients) {
    const births = new Set(images.map(({ birthDate }) => birthDate).filter((date) => date !== ''));
    if (births.size > 1)
      warn(context, `${pseudonym}: one PatientID with ${births.size} birth dates, so perhaps two people.`);
    const places = new Set(images.map(({ institution }) => spellingKey(institution)).filter(Boolean));
    if (places.size > 1)
      warn(
        context,
        `${pseudonym}: one PatientID at ${places.size} institutions, so perhaps two people; with a table that says hospitals, and a folder called after each, they are told apart.`,
      );
  }
  const odd = proposals
    .filter(({ modality }) => modality !== OUT && modality !== MASK)
    .map((one) => {
      const all = oddities(one);
      return { ...one, kinds: all.map(({ kind }) => kind), notes: all.map(({ text }) => text).join('; ') };
    })
    .filter(({ notes }) => notes !== '');
  for (const alike of grouped(odd, ({ modality, kinds }) => JSON.stringify([modality, kinds]))) {
    const [{ patient, stack, modality, notes }] = alike as [(typeof alike)[number]];
    const own = alike.some((one) => one.notes !== notes) ? ', with values of their own,' : '';
    const others = alike.length === 1 ? '' : ` and ${alike.length - 1} more${own}`;
    warn(context, `${patient}, series ${stack.id}${others} ${standing(modality)}: ${notes}.`);
  }
}

/** An ID that paths say may be that of several people, one below each of these folders. */
export function sayScattered(proposals: readonly Proposal[], root: string, context: StageContext): void {
  const used = proposals.filter(({ modality }) => modality !== OUT && modality !== MASK);
  const scattered = grouped(used, ({ patient }) => patient).flatMap((own) => {
    const images = own.flatMap(({ stack }) => stack.images.filter(({ source }) => source.kind !== 'dicom'));
    const places = new Set(images.map(({ path, patientId }) => folderAbove(relative(root, path), patientId)));
    return places.size > 1 ? [`${own[0]?.patient} below ${and([...places].sort(compareText))}`] : [];
  });
  if (scattered.length === 0) return;
  const [who, have] = [counted(scattered.length, 'patient'), scattered.length === 1 ? 'has' : 'have'];
  warn(
    context,
    `${who} ${have} files in several folders, such as ${scattered[0]}: perhaps two people of one ID. ` +
      'A pattern of `files` in mapping.yaml with (?<hospital>…) tells them apart.',
  );
}

/** The folder that the part of a path which names the patient lies in. */
function folderAbove(path: string, patient: string): string {
  const parts = path.split(sep);
  const exact = parts.indexOf(patient);
  const at = exact < 0 ? parts.findIndex((part) => part.includes(patient)) : exact;
  return parts.slice(0, Math.max(0, at)).join('/') || '.';
}

/** Labels that may be misspelt, with those of earlier imports: they would become folders of classes that nobody has. */
export function sayOddLabels(
  labels: readonly WrittenClass[],
  earlier: readonly ImportedSlice[],
  table: string,
  context: StageContext,
): void {
  const before = earlier.map(({ hospital, label, patient }) => ({
    ...{ path: table, folder: label },
    ...{ hospital, patients: [patient] },
  }));
  const doubt = doubtOf(
    [...labels, ...before],
    'among the labels',
    'Give each class one spelling; where each is a class of its own, preprocess asks for their order',
  );
  if (doubt !== null) warn(context, `${doubt.message}.`);
}
