import { join, relative } from 'node:path';
import {
  importFiles,
  isWithin,
  privateFiles,
  realPlace,
  relativeToOutput,
  UsageError,
} from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { foldersBelow } from '@radweave/importing/files/below';
import { PLANES } from '@radweave/importing/nifti/cuts';
import { offer } from '@radweave/remarks';
import { choice, optional, positional, several, toggle, whole, withDefault } from '../declare/flags.ts';
import { filesBelow } from '../declare/shard-reads.ts';
import { shardStage } from '../declare/shards.ts';
import { defineStage } from '../declare/stage.ts';
import * as take from '../declare/taken.ts';
import type { ImportOptions } from '../work/import-options.ts';

/** Makes a data root of the files of an export. */
export const importStage = defineStage({
  name: 'import',
  takes: {
    kind: take.word('dicom', 'nifti', 'images'),
    root: take.text,
    output: take.text,
    records: take.text,
    secrets: take.text,
    hospital: take.text.nullable(),
    label: take.text.nullable(),
    table: take.text.nullable(),
    tableColumns: take.texts,
    modalities: take.texts.nullable(),
    volumes: take.fields({ type: take.text, plane: take.word(...PLANES) }).nullable(),
    mask: take
      .fields({
        slices: take.text,
        crop: take.text.nullable(),
        name: take.text.nullable(),
        leavesOut: take.truth.exactOptional(),
      })
      .nullable(),
    keepsColour: take.truth,
    threads: take.from(0),
    dryRun: take.truth,
    pixels: take.fields({
      window: take.text,
      mr: take.text,
      pet: take.text,
      size: take.from(16),
      bits: take.word(8, 16),
      fit: take.text,
    }),
  },
  settings: [],
  asked: ({
    kind,
    hospital,
    label,
    tableColumns,
    modalities,
    keepsColour,
    dryRun,
    pixels,
    volumes,
    mask,
  }: ImportOptions) => ({
    ...{ kind, hospital, label, tableColumns, modalities, keepsColour, dryRun },
    pixels: { ...pixels },
    mask: mask === null ? null : { ...mask },
    volumes: volumes === null ? null : { ...volumes },
  }),
  reads: ({ root, table, records, secrets }) => ({
    files: root,
    ...(table === null ? {} : { 'table of patients': table }),
    ...ifThere('mapping', importFiles(records).mapping),
    ...ifThere('pseudonyms', privateFiles(secrets).pseudonyms),
    ...ifThere('key of UIDs', privateFiles(secrets).uidKey),
    ...ifThere('series of earlier imports', importFiles(records).done),
  }),
  writes: ({ output, records, secrets }) => [output, records, secrets],
  // Of two imports that know each other's pseudonyms only in part the last one would write the table.
  locks: ({ dryRun, output, records, secrets }) => ({
    ...(dryRun ? { folder: records, flag: '--records' } : { folder: output, flag: '--output' }),
    reads: secrets,
    as: 'radweave import',
  }),
  run: async (options, context) => (await import('../work/import.ts')).importImages(options, context),
  command: {
    name: 'import',
    summary: "make slices in Radweave's layout from a hospital's DICOM or NIfTI files, or from images",
    examples: [
      'dicom /data/export --hospital JM --label 0 --dry_run',
      'dicom /data/export --table patients.csv --output Grade',
      'nifti /data/BIDS --type MR --table patients.csv --dry_run',
      'images /data/jpg --modalities A P --hospital JM --label 1',
      'nifti ct --type CT --window liver --table patients.csv',
    ],
    leaves: 'slices in the layout above, and every decision on the way in `import.csv`',
    flags: {
      kind: positional('<kind>', 'what to import: dicom, nifti or images'),
      root: positional('<folder>', 'folder with the files; all below it are looked at'),
      output: withDefault('<folder>', 'data root to write slices into', 'data/raw', 'Output'),
      records: withDefault(
        '<folder>',
        'folder for mapping.yaml, import.csv and the contact sheet',
        'import',
        'Output',
      ),
      private: withDefault(
        '<folder>',
        'folder for the table of pseudonyms, the key of hashes and the files left out',
        'import-private',
        'Output',
      ),
      hospital: optional('<name>', 'hospital of all patients', 'Input'),
      label: optional('<number|name>', 'label of all patients, or the name of their class', 'Input'),
      table: optional(
        '<file>',
        'table of patients or files, CSV or .xlsx: patient, hospital, label[, pseudonym]',
        'Input',
      ),
      table_columns: several(
        '<role=name...>',
        'columns of the table whose names do not say it, such as label=Diagnosis',
      ),
      type: optional('<CT|MR|PT>', 'for NIfTI files: what the values are (HU, any, SUV)', 'Input'),
      plane: optional(`<${PLANES.join('|')}>`, 'for NIfTI files: how they are cut (default: axial)', 'Input'),
      modalities: several('<names...>', 'modalities to import (default: all that are found)', 'What to do'),
      dry_run: toggle('only look, count and make the contact sheet; write no slice'),
      window: withDefault(
        '<name>',
        'CT window: soft, liver, lung, bone, brain, …, or CENTRE/WIDTH in HU',
        'soft',
      ),
      mr: withDefault(
        '<rule>',
        'how MR volumes are scaled, each by itself: percentiles:1:99 or zscore:3',
        'percentiles:1:99',
      ),
      pet: withDefault('<rule>', 'SUV of PET that becomes white, or volume for the rule of --mr', '10'),
      colour: choice(
        '<what>',
        'what to do with images in colour or with a palette',
        ['refuse', 'gray'],
        'refuse',
      ),
      size: withDefault('<pixels>', 'side of the square slices', '224'),
      bits: choice('<bits>', 'bits per pixel of the PNG files', ['8', '16'], '8'),
      mask_slices: optional(
        '<which>',
        'choose slices by masks (NIfTI, DICOM SEG, RTSTRUCT): all, largest, area:MM2 or centre:SLICES',
      ),
      mask_crop: optional('<mm>', 'crop slices to the lesion in the masks, with this margin'),
      mask_name: optional(
        '<pattern>',
        'which segments, regions or labels are the lesion (default: the only one; of NIfTI files, all)',
      ),
      mask_none: choice(
        '<what>',
        'what to do with a series when its mask chooses no slice: stop with an error, or leave it out and list it',
        ['refuse', 'leave_out'],
        'refuse',
      ),
      num_workers: withDefault(
        '<number>',
        'threads that write series; 0: one per core, at most 4',
        '0',
        'Computation',
      ),
      fit: withDefault(
        '<how>',
        'how slices become square: pad, stretch, or a pixel size in mm (isotropic)',
        'pad',
      ),
    },
    options: (_, flags): ImportOptions => {
      const { kind } = flags;
      if (kind !== 'dicom' && kind !== 'nifti' && kind !== 'images') {
        const hint = offer(kind ?? '', ['dicom', 'nifti', 'images'], 'see radweave import --help');
        throw new UsageError('E_IMPORT', `'import ${kind ?? ''}' is not known`, { hint });
      }
      if (flags.root === undefined)
        throw new UsageError('E_IMPORT', 'no folder is named', {
          hint: `Call radweave import ${kind} FOLDER`,
        });
      return {
        kind,
        volumes: volumeFlags(kind, flags),
        mask: maskFlags(kind, flags),
        root: flags.root,
        output: flags.output,
        records: flags.records,
        secrets: flags.private,
        hospital: flags.hospital ?? null,
        label: flags.label ?? null,
        table: flags.table ?? null,
        tableColumns: flags.table_columns ?? [],
        modalities: flags.modalities ?? null,
        keepsColour: flags.colour === 'gray',
        threads: whole('--num_workers', flags.num_workers, 0),
        dryRun: flags.dry_run,
        pixels: {
          window: flags.window,
          mr: flags.mr,
          pet: flags.pet,
          size: whole('--size', flags.size, 16),
          bits: flags.bits === '16' ? 16 : 8,
          fit: flags.fit,
        },
      };
    },
  },
});

/** Writes a share of the series, or takes all parts into the data root. */
export const importShard = shardStage('import_shard', importStage, {
  examples: [
    'dicom /data/export --table patients.csv --dry_run',
    'dicom /data/export --table patients.csv --shard 1/4',
  ],
  folder: ({ records }) => join(records, '.shards'),
  alike: ({ table, output, records }) => ({
    'place of the data root': { path: output, value: relativeToOutput(records, output) },
    ...(table === null ? {} : { 'table of patients': table }),
  }),
  files: ({ root, output, records, secrets }) => {
    // These folders are passed over, and shares write into them.
    const own = foldersBelow(root, [output, records, secrets]).map((one) => relative(realPlace(root), one));
    return filesBelow('files', root, (name) => !own.some((one) => isWithin(name, one)));
  },
  since: ({ records, secrets }) => ({
    ...ifThere('mapping', importFiles(records).mapping),
    ...ifThere('pseudonyms', privateFiles(secrets).pseudonyms),
  }),
  part: async (options, shard, into, context) => {
    await (await import('../work/import.ts')).importImages(options, context, { shard, into });
  },
  merge: async (options, parts, context) =>
    (await import('../work/import.ts')).importImages(options, context, { parts }),
});

/** @throws UsageError where pictures, which have no place, are to have masks. */
function maskFlags(
  kind: ImportOptions['kind'],
  flags: Readonly<Record<'mask_slices' | 'mask_crop' | 'mask_name' | 'mask_none', string | undefined>>,
): ImportOptions['mask'] {
  const { mask_slices: slices, mask_crop: crop, mask_name: name } = flags;
  const leavesOut = flags.mask_none === 'leave_out';
  if (slices === undefined && crop === undefined && name === undefined && !leavesOut) return null;
  if (kind === 'images')
    throw new UsageError('E_FLAGS', 'these images have no position in space, so no mask can fit them');
  return { slices: slices ?? 'all', crop: crop ?? null, name: name ?? null, leavesOut };
}

/** @throws UsageError where files that do not say it are imported without a type, or others with one. */
function volumeFlags(
  kind: ImportOptions['kind'],
  { type, plane }: { type: string | undefined; plane: string | undefined },
): ImportOptions['volumes'] {
  if (kind !== 'nifti') {
    if (type === undefined && plane === undefined) return null;
    throw new UsageError('E_FLAGS', '--type and --plane are for NIfTI files alone');
  }
  if (type === undefined) {
    const hint = 'It takes CT (HU), MR or PT (SUV); NIfTI files do not say it';
    throw new UsageError('E_IMPORT', '--type must be given', { hint });
  }
  const types = ['CT', 'MR', 'PT'];
  if (!types.includes(type))
    throw new UsageError('E_IMPORT', `'--type ${type}' is not known`, { hint: offer(type, types) });
  const cut = PLANES.find((one) => one === (plane ?? 'axial'));
  if (cut !== undefined) return { type, plane: cut };
  throw new UsageError('E_IMPORT', `'--plane ${plane}' is not known`, { hint: offer(plane ?? '', PLANES) });
}

function ifThere(name: string, path: string): Record<string, string> {
  return existsSync(path) ? { [name]: path } : {};
}
