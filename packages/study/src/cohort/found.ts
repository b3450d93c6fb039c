import type { CohortTable, Split, TableIssue, TableRow } from '@radweave/artifacts';
import type { ForeignImages } from './foreign.ts';

/** A slice file found under the root, where its folders place it. */
export interface FoundSlice {
  path: string;
  file: string;
  hospital: string;
  label: number;
  patient: string;
  modality: string;
}

/** A patient's folder: it exists even when it holds no slice of an asked modality. */
export interface FoundPatient {
  patient: string;
  hospital: string;
  label: number;
  /** Name of the class's folder that it lies in; null where only a table tells the class. */
  folder: string | null;
  /** Names of the folders in it, whatever they hold. */
  folders: readonly string[];
}

/** A folder that was not read, because its name has no place in the layout. */
export interface UnreadFolder {
  hospital: string;
  /** Its name where the folder of a class was expected; null when the hospital has no such folder at all. */
  folder: string | null;
  holds: readonly string[];
}

/** What lies under a data root. */
export interface FoundCohort {
  hospitals: string[];
  /** Names of the classes, in the order of their labels; null where the folders are called grade0, grade1, …. */
  labels: readonly string[] | null;
  patients: FoundPatient[];
  slices: FoundSlice[];
  /** Files whose names say that they are masks. */
  masks: FoundSlice[];
  /** Those of the slices whose names say that they may be masks. */
  doubtful: FoundSlice[];
  unread: UnreadFolder[];
  /** Images outside a modality's folder, and folders inside one, under the root: nothing reads them. */
  misplaced: string[];
  /** Patients that the phantom made, by hospital. */
  phantoms: Map<string, Set<string>>;
  /** Files of modality folders that look like images but are not PNG, by hospital. */
  foreign: Map<string, ForeignImages>;
  /** How many files and folders were passed over, by reason. */
  ignored: Record<string, number>;
  /** What a table tells of the patients; null without one. */
  table: ToldByTable | null;
}

/** What a table tells beside labels. */
export interface ToldByTable {
  table: CohortTable;
  /** Sets, by {@link personKey}; null where it gives none. */
  splits: ReadonlyMap<string, Split> | null;
  /** The rows about each patient, by {@link personKey}. */
  rows: ReadonlyMap<string, readonly TableRow[]>;
  /** Where table and folders do not agree, or the table with itself. */
  issues: readonly TableIssue[];
}

export const personKey = (hospital: string, id: string): string => JSON.stringify([hospital, id]);
