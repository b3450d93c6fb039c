import {
  type CarriedColumns,
  type ListedFile,
  readListed,
  refuseColumnsAlone,
  type ToldRow,
} from '@radweave/artifacts';
import type { Who } from '@radweave/importing/cohort/patients';
import type { CutPlane } from '@radweave/importing/nifti/cuts';
import type { MaskFlags } from '@radweave/importing/output/mask-flags';
import type { PixelFlags } from '@radweave/importing/output/pixel-flags';
import type { WrittenClass } from '@radweave/study/cohort/class-folders';

export interface ImportOptions {
  kind: 'dicom' | 'nifti' | 'images';
  /** Folder with the files of an export. */
  root: string;
  /** Data root to write the slices into: `{output}/{hospital}/grade{label}/{patient}/{modality}/0001.png`. */
  output: string;
  /** Folder for `mapping.yaml`, `import.csv` and the contact sheet: no name of a patient is in it. */
  records: string;
  /** Folder for what leads back to patients. */
  secrets: string;
  /** Of all patients; null with a table. */
  hospital: string | null;
  label: string | null;
  /** CSV or .xlsx of patients, or of files, as `readListed` reads them. */
  table: string | null;
  /** What its columns are for, such as `label=Diagnosis`. */
  tableColumns: readonly string[];
  /** Modalities to import; null for all that the mapping names. */
  modalities: readonly string[] | null;
  /** Of NIfTI files: the modality of the standard that their values are of, and how they are cut. */
  volumes: { type: string; plane: CutPlane } | null;
  /** What outlines of lesions are for; null leaves them out. */
  mask: MaskFlags | null;
  /** Whether images in colour are made gray; otherwise they are left out. */
  keepsColour: boolean;
  /** Threads that write series; 1 writes in this one, 0 as many as the cores allow. */
  threads: number;
  /** Looks, counts and shows, and writes no slice. */
  dryRun: boolean;
  pixels: PixelFlags;
}

/** What a table of files says, and what any says beside. */
export interface Listed {
  readonly files: readonly ListedFile[] | null;
  readonly told: readonly ToldRow[];
  readonly columns: CarriedColumns | null;
  /** Rows of a workbook that are hidden. */
  readonly hidden: number;
  /** Labels of the patients, and where they are said. */
  readonly labels: readonly WrittenClass[];
}

/** Patients and, where the table lists files, these; their modalities are asked for unless others are. */
export function whoFor(options: ImportOptions): ImportOptions & Who & Listed {
  const { table, kind, tableColumns } = options;
  refuseColumnsAlone(table, tableColumns);
  const forAll =
    options.label === null
      ? []
      : [{ path: '--label', folder: options.label, hospital: options.hospital ?? '', patients: [] }];
  const nobody = { listed: null, hospitals: new Map<string, never>() };
  if (table === null)
    return { ...options, ...nobody, files: null, told: [], columns: null, hidden: 0, labels: forAll };
  const said = readListed(table, tableColumns, kind === 'dicom', options);
  const { told, columns, hidden } = said;
  const labels = [
    ...said.labels.map(({ line, patient, hospital, label }) => ({
      ...{ path: table, line, folder: label },
      ...{ hospital, patients: [patient] },
    })),
    ...forAll,
  ];
  if ('patients' in said) {
    const { patients: listed, hospitals } = said;
    return { ...options, listed, hospitals, files: null, told, columns, hidden, labels };
  }
  const { files } = said;
  const modalities = options.modalities ?? [...new Set(files.map(({ modality }) => modality))];
  return { ...options, ...nobody, modalities, files, told, columns, hidden, labels };
}
