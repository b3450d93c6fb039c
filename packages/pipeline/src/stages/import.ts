import { importFiles, privateFiles, UsageError } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { choice, optional, positional, several, toggle, whole, withDefault } from '../declare/flags.ts';
import { defineStage } from '../declare/stage.ts';
import type { ImportOptions } from '../work/import.ts';

/** Makes a data root of an export of DICOM files. */
export const importStage = defineStage({
  name: 'import',
  settings: [],
  asked: ({ hospital, label, modalities, keepsColour, dryRun, pixels }: ImportOptions) => ({
    ...{ hospital, label, modalities, keepsColour, dryRun },
    pixels: { ...pixels },
  }),
  reads: ({ root, table, records, secrets }) => ({
    'DICOM files': root,
    ...(table === null ? {} : { 'table of patients': table }),
    ...ifThere('mapping', importFiles(records).mapping),
    ...ifThere('pseudonyms', privateFiles(secrets).pseudonyms),
  }),
  writes: ({ output, records, secrets }) => [output, records, secrets],
  // Of two imports that know each other's pseudonyms only in part the last one would write the table.
  locks: ({ dryRun, output, records, secrets }) => ({
    ...(dryRun ? { folder: records, flag: '--records' } : { folder: output, flag: '--output' }),
    reads: secrets,
    as: 'radweave import',
  }),
  run: async (options, context) => (await import('../work/import.ts')).importDicom(options, context),
  command: {
    name: 'import',
    summary: "make slices in Radweave's layout from a hospital's DICOM files",
    examples: [
      'dicom /data/export --hospital JM --label 0 --dry_run',
      'dicom /data/export --table patients.csv --output Grade',
    ],
    leaves: 'slices in the layout above, and every decision on the way in `import.csv`',
    flags: {
      kind: positional('<kind>', 'what to import: dicom'),
      root: positional('<folder>', 'folder with the files; names and subfolders do not matter'),
      output: withDefault('<folder>', 'data root to write slices into', 'data/raw', 'Output'),
      records: withDefault(
        '<folder>',
        'for mapping.yaml, import.csv and the contact sheet',
        'import',
        'Output',
      ),
      private: withDefault(
        '<folder>',
        'for the table of pseudonyms, the key of hashes and the files left out',
        'import-private',
        'Output',
      ),
      hospital: optional('<name>', 'hospital of all patients', 'Input'),
      label: optional('<number>', 'label of all patients', 'Input'),
      table: optional('<file>', 'CSV of patients: patient_id,hospital,label[,pseudonym]', 'Input'),
      modalities: several('<names...>', 'modalities to import (default: all that are found)'),
      dry_run: toggle('look, count and make the contact sheet, write no slice'),
      window: withDefault(
        '<name>',
        'of CT: soft, liver, lung, bone, brain, …, or CENTRE/WIDTH in HU',
        'soft',
      ),
      mr: withDefault(
        '<rule>',
        'of MR, by the volume itself: percentiles:1:99 or zscore:3',
        'percentiles:1:99',
      ),
      pet: withDefault('<rule>', 'SUV that becomes white, or volume for the rule of --mr', '10'),
      colour: choice('<what>', 'images in colour or with a palette', ['refuse', 'gray'], 'refuse'),
      size: withDefault('<pixels>', 'side of the square slices', '224'),
      bits: choice('<bits>', 'of the PNG files', ['8', '16'], '8'),
      fit: withDefault('<how>', 'pad, stretch, or the size of a pixel in mm for isotropic voxels', 'pad'),
    },
    options: (_, flags): ImportOptions => {
      if (flags.kind !== 'dicom' || flags.root === undefined) {
        throw new UsageError('E_IMPORT', `'import ${flags.kind ?? ''}' is not known`, {
          hint: 'Call radweave import dicom FOLDER',
        });
      }
      return {
        root: flags.root,
        output: flags.output,
        records: flags.records,
        secrets: flags.private,
        hospital: flags.hospital ?? null,
        label: flags.label === undefined ? null : whole('--label', flags.label, 0),
        table: flags.table ?? null,
        modalities: flags.modalities ?? null,
        keepsColour: flags.colour === 'gray',
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

function ifThere(name: string, path: string): Record<string, string> {
  return existsSync(path) ? { [name]: path } : {};
}
