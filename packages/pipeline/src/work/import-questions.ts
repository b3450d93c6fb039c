import { relative, sep } from 'node:path';
import { DataError, type ListedFile, privateFiles } from '@radweave/artifacts';
import type { Conflict } from '@radweave/importing/cohort/copies';
import type { OtherSettings, Replacement } from '@radweave/importing/cohort/earlier';
import type { FoundImages } from '@radweave/importing/cohort/find-images';
import type { MixedMask, UnclearMask } from '@radweave/importing/cohort/masks';
import { type ImportedPatient, keyOf } from '@radweave/importing/cohort/patients';
import { isMask, NO_RULE, OPEN, OUT, type Proposal } from '@radweave/importing/series/propose';
import { looks, MASK } from '@radweave/importing/series/rules';
import type { Stack } from '@radweave/importing/series/stack';
import { and, are, counted } from '@radweave/remarks';
import { type StageContext, warn } from '@radweave/study/context/events';

/** What only the user can say: what is unclear, a list of it, and how to settle it. */
export interface Question {
  readonly what: string;
  readonly lines: readonly string[];
  readonly hint: string;
}

/** How many lines of a list an error shows. */
const SHOWN = 20;

/**
 * Asks a question that has any lines: a dry run warns.
 *
 * @param where `mapping.yaml`, in which questions are settled.
 * @throws DataError `E_IMPORT_OPEN` otherwise.
 */
export function asker(where: string, dryRun: boolean, context: StageContext): (question: Question) => void {
  return ({ what, lines, hint }) => {
    if (lines.length === 0) return;
    const rest = lines.length > SHOWN ? [`  … and ${lines.length - SHOWN} more`] : [];
    const text = [what, ...lines.slice(0, SHOWN).map((line) => `  - ${line}`), ...rest].join('\n');
    if (!dryRun) throw new DataError('E_IMPORT_OPEN', text, { where, hint });
    warn(context, `${text}\n`);
  };
}

export function unnamedFiles(paths: readonly string[]): Question {
  return {
    what: `it is not clear which patients ${counted(paths.length, 'file')} ${paths.length === 1 ? 'belongs' : 'belong'} to`,
    lines: paths,
    hint: `Add a pattern to \`files\` there that names (?<patient>…), ${wholeName(paths[0] ?? '')}, or one that leaves files out, such as ${leavingOut(paths[0] ?? '')}, then run the same command again`,
  };
}

/** In YAML, of this file alone: without its ends the pattern of `1.jpg` would fit `11.jpg` too. */
function leavingOut(path: string): string {
  return `'^(?<leave_out>${literal(path)})$'`;
}

/** In YAML, for files like this one. */
function wholeName(path: string): string {
  const ending = /(?:\.nii)?\.[^./]+$/.exec(path)?.[0] ?? '';
  return `such as '(?<patient>[^/]+)${literal(ending)}$' where the name of a file is that of its patient`;
}

/** In a pattern between single quotes of YAML. */
function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll("'", "''");
}

/** Of series that are not left out. */
export function conflictingFiles(
  conflicts: readonly Conflict[],
  proposals: readonly Proposal[],
  root: string,
): Question {
  const used = new Set(
    proposals.filter(({ modality }) => modality !== OUT).map(({ stack: { images } }) => images[0]?.series),
  );
  const lines = conflicts
    .filter(({ series }) => used.has(series))
    .map(({ patient, series, paths }) => {
      const names = paths.map((path) => relative(root, path).split(sep).join('/'));
      return `${patient}, series ${series}: ${and(names)}`;
    });
  return {
    what: 'files have one SOPInstanceUID, and other values, another place or another modality',
    lines,
    hint: 'Take all but the right one of them away from the folder, or leave these series out by decisions there ("-")',
  };
}

/** @param root Where files lie whose paths say whose they are. */
export function openSeries(proposals: readonly Proposal[], root: string): Question {
  const open = proposals.filter(({ modality }) => modality === OPEN);
  const faulty = open.filter(({ stack }) => stack.fault !== null).length;
  const images = proposals.filter((one) => !isMask(one));
  const rule = ruleFor(open, root);
  const misread = open.map(({ stack }) => pathIn(stack, root)).find((path) => path !== '');
  return {
    what: `it is not clear which modality ${open.length} of ${images.length} series ${are(open.length)}`,
    lines: open.map(
      ({ patient, stack, facts, because }) =>
        `${patient}, series ${stack.id} '${facts.description}' (${[looks(facts), sizeOf(stack), pathOf(stack, root)].filter(Boolean).join('; ')}): ${because}`,
    ),
    hint: [
      ...(faulty < open.length
        ? [
            `Add a rule${rule} or a decision there (a name, or "-" to leave a series out), then run the same command again`,
          ]
        : []),
      ...(faulty > 0
        ? [
            'A name does not settle what stands behind "but": correct these files, or leave their series out by decisions there ("-")',
          ]
        : []),
      ...(misread === undefined
        ? []
        : [
            `Where a path was misread (the list says of whom), add a pattern on top of \`files\` there, ${wholeName(misread)}`,
          ]),
    ].join('. '),
  };
}

/** One for the first series that no rule fits, and all that are called alike; empty where nothing is called anything. */
function ruleFor(open: readonly Proposal[], root: string): string {
  const first = open.find(
    ({ stack, facts, because }) =>
      because === NO_RULE && (facts.description !== '' || pathIn(stack, root) !== ''),
  );
  if (first === undefined) return '';
  return ` (such as { modality: NAME, description: '^${literal(first.facts.description)}$' })`;
}

/** Of what is named by its path; empty for others. */
function pathOf(stack: Stack, root: string): string {
  const path = pathIn(stack, root);
  return path === '' ? '' : `${path}, of '${stack.images[0]?.patientId}'`;
}

function pathIn({ images: [image] }: Stack, root: string): string {
  return image === undefined || image.source.kind === 'dicom' ? '' : relative(root, image.path);
}

/** Tells parts of one series apart, which are called alike. */
function sizeOf({ slices }: Stack): string {
  const [first] = slices;
  const { columns = 0, rows = 0 } = first?.image ?? {};
  const spacing = first?.frame.spacing === null ? ' without pixel spacing' : '';
  return `${counted(slices.length, 'slice')} of ${columns}×${rows}${spacing}`;
}

export function mixedMasks(mixed: readonly MixedMask[]): Question {
  return {
    what: `${counted(mixed.length, 'mask')} ${mixed.length === 1 ? 'refers' : 'refer'} to images of other patients alone`,
    lines: mixed.map(
      ({ path, instance, patient, others }) =>
        `${instance}, ${path}, of ${patient}: to images of ${and(others)}`,
    ),
    hint: 'Correct the PatientIDs of these files, or leave these masks out by decisions there ("-")',
  };
}

export function unclearMasks(unclear: readonly UnclearMask[]): Question {
  return {
    what: `it is not clear which mask is that of ${unclear.length} series`,
    lines: unclear.map(({ proposal: { patient, modality, stack }, masks }) => {
      const names = masks.map(({ instance }) => instance).join(', ');
      return `${patient}, series ${stack.id} of ${modality}: ${masks.length === 0 ? 'no mask' : `the masks ${names}`}`;
    }),
    hint: 'Leave series without a mask, or masks that do not count, out by decisions there ("-")',
  };
}

/** Another mask of the patient may not stand for one that cannot be read. Those of patients without images count for nobody. */
export function tornMasks({ tornMasks: torn }: FoundImages, patients: readonly ImportedPatient[]): Question {
  const names = new Map(
    patients.flatMap(({ pseudonym, images }) =>
      images.map(({ hospital, patientId }) => [keyOf(hospital, patientId), pseudonym] as const),
    ),
  );
  const lines = torn.flatMap(({ path, fault: { owners, message } }) => {
    const [owner] = owners;
    if (owner === undefined) return [`${path}: ${message}`];
    const name = names.get(owner);
    return name === undefined ? [] : [`${path}, of ${name}: ${message}`];
  });
  return {
    what: `${counted(lines.length, 'mask')} cannot be read`,
    lines,
    hint: 'Repair these files, or take them away',
  };
}

export function unusableMasks(lines: readonly string[]): Question {
  return {
    what: `the masks of ${lines.length} series cannot be used`,
    lines,
    hint: 'Repair the masks, or leave these series out by decisions there ("-")',
  };
}

export function replacedSeries(all: readonly Replacement[]): Question {
  return {
    what: `${all.length} series would take the place of series of an earlier import that are not among these files, or were another patient's`,
    lines: all.map(
      ({ proposal: { patient, modality, stack, facts }, earlier }) =>
        `${patient}, ${modality}: series ${stack.id} '${facts.description}' that of ${earlier.patient}, ${earlier.series} '${earlier.description}'`,
    ),
    hint: 'Decide there which one counts: the name of the modality for the new series, or "-" to keep the earlier one. Of several people whose files have the same UIDs, import all from one folder',
  };
}

export function mixedSettings(all: readonly OtherSettings[]): Question {
  return {
    what: 'slices of one modality would be made by several settings',
    lines: all.map(
      ({ modality, patients, earlier, now }) =>
        `${modality}: ${earlier} of ${counted(patients, 'patient')} of an earlier import, but ${now} of these files`,
    ),
    hint: 'Give the same --window, --mr, --pet, --size, --bits, --fit, --mask_slices, --mask_crop, --type and --plane as before; for others, import all files into a new --output with --records of its own',
  };
}

/** Files of a table that are not below the folder, or cannot be read. */
export function missingFiles(
  listed: readonly ListedFile[],
  { images, leftOut }: FoundImages,
  root: string,
): Question {
  const read = new Set(images.map(({ path }) => relative(root, path).split(sep).join('/')));
  const reasons = new Map(leftOut.map(({ path, reason }) => [path.split(sep).join('/'), reason]));
  const missing = listed.filter(({ file }) => !read.has(file));
  return {
    what: `${missing.length} of ${counted(listed.length, 'file')} of the table cannot be imported`,
    lines: missing.map(({ file }) => `${file}: ${reasons.get(file) ?? 'not there'}`),
    hint: 'Correct the table, or take their rows out of it; patterns that leave files out stand there, under `files`',
  };
}

/** @throws DataError `E_IMPORT_NOTHING` where there is nothing to import, with the most frequent reason. */
export function requireSomething(
  { files }: FoundImages,
  proposals: readonly Proposal[],
  { root, secrets }: { readonly root: string; readonly secrets: string },
  reasons: Readonly<Record<string, number>>,
): void {
  if (proposals.some(({ modality }) => modality !== OUT && modality !== MASK)) return;
  const [most] = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  const why =
    most === undefined ? '' : `; most are left out because: ${most[0]} (${counted(most[1], 'file')})`;
  throw new DataError('E_IMPORT_NOTHING', `none of ${counted(files, 'file')} gives a slice to import${why}`, {
    where: root,
    hint: `All reasons are in ${privateFiles(secrets).leftOut}`,
  });
}
