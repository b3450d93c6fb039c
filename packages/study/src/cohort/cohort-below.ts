import type { CohortTable } from '@radweave/artifacts';
import type { FoundCohort } from './found.ts';
import { cohortOfTable } from './table-cohort.ts';
import { walkListed } from './table-images.ts';
import { walkCohort } from './walk.ts';

/**
 * The patients of the folders below a root, or of table and folders together.
 *
 * @param labels as for `walkCohort`.
 * @param told the table, and the hospital of patients of whom neither says one; null without a table.
 */
export function cohortBelow(
  root: string,
  modalities: readonly string[],
  labels: readonly string[] | null,
  told: { readonly table: CohortTable; readonly home: string } | null,
): FoundCohort {
  if (told === null) return walkCohort(root, modalities, labels);
  const { table, home } = told;
  if (table.columns.image !== undefined) {
    const { found, issues } = walkListed(table, root, modalities);
    return cohortOfTable(table, found, labels, home, issues);
  }
  const hospitals = new Set(table.rows.map((row) => table.cell(row, 'hospital')));
  const inFolders = table.columns.label === undefined ? labels : null;
  return cohortOfTable(table, walkCohort(root, modalities, inFolders, hospitals), labels, home);
}
